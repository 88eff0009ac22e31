import KioskModel
import USBTransport

/// The resident ID card reader: a security module over one USB bulk pair, with or without a serial bridge.
///
/// The identity lives no longer than its reader needs it; the photo is dropped unread.
public actor ResidentIDStation: PatientCardStation {
    private let link: ResidentIDLink
    private let watch: CardWatch<SAMReader>

    /// The role where no device is configured: the one-bulk-pair module's own ids.
    ///
    /// Such readers are of no class of their own: a bridge needs its port path or ids in the configuration.
    public static func role(
        path: String?, vendorID: UInt16?, productID: UInt16?, serial: String? = nil
    ) -> USBRole {
        let isNamed = path != nil || vendorID != nil || productID != nil
        return USBRole(
            name: "idcard", path: path, vendorID: isNamed ? vendorID : 0x0400,
            productID: isNamed ? productID : 0xC35A, serial: serial)
    }

    public init(binding: USBRoleBinding) {
        self.init(
            binding: binding, timeouts: SAMTimeouts(),
            times: WatchTimes(poll: .milliseconds(300), quietPoll: .milliseconds(600)))
    }

    init(binding: USBRoleBinding, timeouts: SAMTimeouts, times: WatchTimes) {
        let link = ResidentIDLink(binding: binding, timeouts: timeouts)
        self.link = link
        watch = CardWatch(role: link.role, times: times, patience: 2, source: .init(link: link, times: times))
    }

    /// Card and reader events; a new stream begins with how things stand, as far as that is known.
    ///
    /// Many modules find a card that was read only after it was lifted: `removed` then comes after the read.
    public func events() async -> AsyncStream<CardEvent> { await watch.events() }

    /// Finds, selects and reads the card on the reader.
    ///
    /// Throws `cardAbsent`, `cardRemoved`, `cardMute`, `cardWrongKind`, `cardDataInvalid`, or the reader's trouble.
    public func read() async throws(Fault) -> PatientIdentity {
        let identity = try await link.attempt { reader throws(Fault) in try await reader.read().record.identity }
        await link.worked()
        return identity
    }

    public func status() async -> DeviceStatus { await link.status() }

    public func shutdown() async {
        await watch.close()
        await link.shutdown()
        await watch.finish()
    }
}

extension CardWatch<SAMReader>.Source {
    /// By asking: no such module tells of a card by itself.
    fileprivate init(link: ResidentIDLink, times: WatchTimes) {
        self.init(
            look: { () async throws(Fault) in
                try await link.attempt { reader throws(Fault) in
                    (reader, ObjectIdentifier(reader), try await reader.findsCard())
                }
            },
            wait: { _, misses async throws(Fault) in
                try? await Task.sleep(for: times.pause(afterMisses: misses))
                return nil
            },
            // A card that answers oddly is there; what is wrong with it is told by the read.
            isOfReader: ResidentIDLink.isOfReader,
            letGo: { _, _ in })
    }
}
