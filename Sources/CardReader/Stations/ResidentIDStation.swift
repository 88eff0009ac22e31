import KioskModel
import USBTransport

/// The resident ID card reader: a security module over one USB bulk pair, with or without a serial bridge.
///
/// The identity lives no longer than its reader needs it; the photo is dropped unread.
public actor ResidentIDStation: PatientCardStation {
    private let binding: USBRoleBinding
    private let timeouts: SAMTimeouts
    private let times: WatchTimes
    private let role: String
    private let gate = SerialGate()
    private var open: SAMReader?
    private var device: USBDeviceInfo?
    /// The reader's own last trouble; what is wrong with a card is not the reader's.
    private var fault: Fault?
    private var presence = CardPresence()
    private var subscribers: [Int: AsyncStream<CardEvent>.Continuation] = [:]
    private var nextSubscriber = 0
    private var watch: Task<Void, Never>?
    private var closed = false

    /// The role where no device is configured: the one-bulk-pair module's own ids.
    ///
    /// Such readers are of no class of their own: a bridge needs its port path or ids in the configuration.
    public static func role(path: String?, vendorID: UInt16?, productID: UInt16?) -> USBRole {
        let isNamed = path != nil || vendorID != nil || productID != nil
        return USBRole(
            name: "idcard", path: path, vendorID: isNamed ? vendorID : 0x0400,
            productID: isNamed ? productID : 0xC35A)
    }

    public init(binding: USBRoleBinding) {
        self.init(
            binding: binding, timeouts: SAMTimeouts(), times: WatchTimes(poll: .milliseconds(300)))
    }

    init(binding: USBRoleBinding, timeouts: SAMTimeouts, times: WatchTimes) {
        self.binding = binding
        self.timeouts = timeouts
        self.times = times
        role = binding.role.name
    }

    /// Card and reader events; a new stream begins with how things stand, as far as that is known.
    ///
    /// Many modules find a card that was read only after it was lifted: `removed` then comes after the read.
    public func events() async -> AsyncStream<CardEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: CardEvent.self, bufferingPolicy: .bufferingNewest(64))
        guard !closed else {
            continuation.finish()
            return stream
        }
        let number = nextSubscriber
        nextSubscriber += 1
        subscribers[number] = continuation
        continuation.onTermination = { [weak self] _ in Task { await self?.unsubscribe(number) } }
        presence.current.forEach { continuation.yield($0) }
        if watch == nil { watch = Task { [weak self] in await self?.keepWatch() } }
        return stream
    }

    /// Finds, selects and reads the card on the reader.
    ///
    /// Throws `cardAbsent`, `cardRemoved`, `cardMute`, `cardWrongKind`, `cardDataInvalid`, or the reader's trouble.
    public func read() async throws(Fault) -> PatientIdentity {
        let identity = try await attempt { reader throws(Fault) in try await reader.read().record.identity }
        await binding.worked()
        return identity
    }

    public func status() async -> DeviceStatus {
        if !closed { _ = try? await attempt { reader throws(Fault) in try await reader.checkModule() } }
        return DeviceStatus(role: role, device: device, fault: fault)
    }

    public func shutdown() async {
        closed = true
        watch?.cancel()
        (open, device) = (nil, nil)
        await binding.shutdown()
        await watch?.value
        subscribers.values.forEach { $0.finish() }
        subscribers = [:]
    }

    // MARK: The reader

    /// One sequence on the opened reader. One whose connection proves dead before anything was learned runs anew once.
    private func attempt<Value: Sendable>(
        _ body: (SAMReader) async throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        await gate.enter()
        defer { gate.leave() }
        let wasOpen = open != nil
        do throws(Fault) {
            return try await once(body)
        } catch {
            guard wasOpen, error.code == .usbDisconnected, !closed else { throw error }
            return try await once(body)
        }
    }

    private func once<Value: Sendable>(
        _ body: (SAMReader) async throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        var used: SAMReader?
        do throws(Fault) {
            let reader = try await opened()
            used = reader
            let value = try await body(reader)
            fault = nil
            return value
        } catch {
            guard Self.isOfReader(error) else {
                fault = nil
                throw error
            }
            fault = error
            if let used { await drop(used, after: error) }
            switch error.code {
            case .usbNotFound, .usbDisconnected, .usbServerUnreachable, .usbSimulatedRefused: device = nil
            default: break
            }
            throw error
        }
    }

    private func opened() async throws(Fault) -> SAMReader {
        guard !closed else { throw Fault(.usbDisconnected, "shut down", device: role) }
        if let open { return open }
        let connection = try await binding.connection()
        device = connection.device
        do throws(Fault) {
            let reader = try await SAMReader.open(connection, role: role, timeouts: timeouts)
            open = reader
            return reader
        } catch {
            await binding.drop(connection, after: error)
            throw error
        }
    }

    private func drop(_ reader: SAMReader, after trouble: Fault) async {
        if open === reader { open = nil }
        await binding.drop(reader.connection, after: trouble)
    }

    private static func isOfReader(_ fault: Fault) -> Bool {
        switch fault.code {
        case .cardAbsent, .cardRemoved, .cardMute, .cardWrongKind, .cardDataInvalid: false
        default: true
        }
    }

    // MARK: The watch

    private func unsubscribe(_ number: Int) { subscribers[number] = nil }

    private func tell(_ events: [CardEvent]) {
        for event in events { subscribers.values.forEach { $0.yield(event) } }
    }

    private func keepWatch() async {
        var watched: SAMReader?
        // One miss may be a card that is moved a little; two in a row are a card that is gone.
        var misses = 0
        while !closed, !Task.isCancelled {
            do throws(Fault) {
                let (reader, found) = try await attempt { reader throws(Fault) in
                    (reader, try await reader.findsCard())
                }
                if let watched, watched !== reader { tell(presence.lost(Fault(.usbDisconnected, device: role))) }
                watched = reader
                misses = found ? 0 : misses + 1
                if found || misses != 1 || !presence.isPresent {
                    tell(presence.found(present: found, replaced: false))
                }
                try? await Task.sleep(for: times.poll)
            } catch {
                guard !closed, !Task.isCancelled else { return }
                // A card that answers oddly is there; what is wrong with it is told by the read.
                if Self.isOfReader(error) {
                    tell(presence.lost(error))
                    watched = nil
                }
                try? await Task.sleep(for: error.code.entry.retryable ? times.retry : times.hopelessRetry)
            }
        }
    }
}
