import KioskModel
import USBTransport

/// The patient's card reader, for social security cards; it finds its reader again after a replug.
public actor SocialSecurityStation: PatientCardStation {
    private let link: SmartCardLink
    private let watch: CardWatch<any SmartCardReader>

    /// Driven as CCID over USB; `slot` counts from 0.
    public init(binding: USBRoleBinding, slot: UInt8 = 0) {
        self.init(binding: binding, slot: slot, timeouts: CCIDTimeouts(), times: WatchTimes())
    }

    /// Driven by pcscd.
    public init(pcsc selection: PCSCSelection) {
        self.init(source: PCSCSource(selection: selection, timeouts: PCSCTimeouts()), times: WatchTimes())
    }

    init(binding: USBRoleBinding, slot: UInt8 = 0, timeouts: CCIDTimeouts, times: WatchTimes = WatchTimes()) {
        self.init(source: CCIDSource(binding: binding, slot: slot, timeouts: timeouts), times: times)
    }

    init(source: any SmartCardReaderSource, times: WatchTimes) {
        let link = SmartCardLink(source: source)
        self.link = link
        watch = CardWatch(role: link.role, times: times, source: .init(link: link, times: times))
    }

    /// Card and reader events; a new stream begins with how things stand, as far as that is known.
    ///
    /// A lost reader takes its card with it: `removed`, `readerLost`; after a replug `readerReady`, `inserted`.
    public func events() async -> AsyncStream<CardEvent> { await watch.events() }

    /// Reads the identity and powers the card off.
    ///
    /// Throws `cardAbsent`, `cardRemoved`, `cardMute`, `cardWrongKind`, `cardDataInvalid`, or the reader's trouble.
    public func read() async throws(Fault) -> PatientIdentity {
        await link.gate.enter()
        defer { link.gate.leave() }
        let (reader, state) = try await link.reader()
        guard state != .absent else { throw Fault(.cardAbsent, device: link.role) }
        do {
            let answer = try await reader.powerOn()
            let identity = try await SocialSecurityCard.read(CardChannel(reader: reader, card: answer))
            await link.end(reader)
            await link.worked()
            return identity
        } catch {
            await link.end(reader, after: error)
            throw Fault(error.code, error.detail, device: link.role)
        }
    }

    public func status() async -> DeviceStatus { await link.status() }

    public func shutdown() async {
        await watch.close()
        await link.shutdown()
        await watch.finish()
    }
}

extension CardWatch<any SmartCardReader>.Source {
    /// By notification where the reader has an interrupt endpoint, else by asking.
    fileprivate init(link: SmartCardLink, times: WatchTimes) {
        self.init(
            look: { () async throws(Fault) in
                await link.gate.enter()
                defer { link.gate.leave() }
                let (reader, state) = try await link.reader()
                return (reader, ObjectIdentifier(reader), state != .absent)
            },
            wait: { reader, misses async throws(Fault) in
                guard reader.notifies else {
                    try? await Task.sleep(for: times.pause(afterMisses: misses))
                    return nil
                }
                let change = try await reader.slotChange(within: times.notification)
                try? await Task.sleep(for: times.settle)
                return change
            },
            isOfReader: { _ in true },
            letGo: { reader, fault in
                await link.gate.enter()
                defer { link.gate.leave() }
                await link.end(reader, after: fault)
            })
    }
}
