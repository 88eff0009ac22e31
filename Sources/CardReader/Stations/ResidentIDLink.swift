import KioskModel
import USBTransport

/// The way from a role to its opened resident ID card reader: opens it, lets it go after an error, finds it again.
actor ResidentIDLink {
    nonisolated let role: String
    private let binding: USBRoleBinding
    private let timeouts: SAMTimeouts
    private let gate = SerialGate()
    private var open: SAMReader?
    private var device: USBDeviceInfo?
    /// The reader's own last trouble; what is wrong with a card is not the reader's.
    private var fault: Fault?
    private var closed = false

    init(binding: USBRoleBinding, timeouts: SAMTimeouts) {
        self.binding = binding
        self.timeouts = timeouts
        role = binding.role.name
    }

    /// One sequence on the opened reader. One whose connection proves dead before anything was learned runs anew once.
    func attempt<Value: Sendable>(
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

    /// A whole sequence went well: the reader does what it is for.
    func worked() async { await binding.worked() }

    /// Asks the module how it is.
    func status() async -> DeviceStatus {
        if !closed { _ = try? await attempt { reader throws(Fault) in try await reader.checkModule() } }
        return DeviceStatus(role: role, device: device, fault: fault)
    }

    func shutdown() async {
        closed = true
        (open, device) = (nil, nil)
        await binding.shutdown()
    }

    static func isOfReader(_ fault: Fault) -> Bool {
        switch fault.code {
        case .cardAbsent, .cardRemoved, .cardMute, .cardWrongKind, .cardDataInvalid: false
        default: true
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
}
