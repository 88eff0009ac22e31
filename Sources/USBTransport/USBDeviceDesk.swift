import KioskModel

/// The technician's way to the devices of one bus: what is known of them, and resets, by role.
public struct USBDeviceDesk: DeviceService {
    private let transport: String
    private let canSwitchPorts: Bool
    private let bindings: [String: USBRoleBinding]
    private let redactors: [String: any USBRecordingRedactor]
    private let elsewhere: [String: String]

    /// `transport`: `libusb` or `usbip`, for people. `redactors` by role: a role without one is never recorded.
    /// `elsewhere`: roles whose devices another service drives, each with what a technician does there.
    public init(
        host: any USBHost, transport: String, bindings: [USBRoleBinding],
        redactors: [String: any USBRecordingRedactor] = [:], elsewhere: [String: String] = [:]
    ) {
        self.elsewhere = elsewhere
        self.redactors = redactors
        self.transport = transport
        canSwitchPorts = host.portRecovery != nil
        self.bindings = Dictionary(uniqueKeysWithValues: bindings.map { ($0.role.name, $0) })
    }

    public func report(of role: String) async throws(Fault) -> USBDeviceReport {
        let binding = try binding(role)
        let device = await binding.device
        let ladder = await binding.recovery
        let rungs = ladder.counts.sorted { $0.key < $1.key }
        return USBDeviceReport(
            transport: transport, boundPath: binding.role.path, boundSerial: binding.role.serial,
            manufacturer: device?.manufacturer,
            release: device.map { Self.release($0.bcdDevice) }, interfaces: device?.interfaces.map(Self.words) ?? [],
            failures: ladder.failures, rung: await binding.recoveryFault,
            recovery: rungs.map { .init(code: $0.key.code.rawValue, tried: $0.value.tried, helped: $0.value.helped) },
            offers: canSwitchPorts ? ["reset", "power-cycle"] : ["reset"])
    }

    public func reset(_ role: String) async throws(Fault) -> [String] {
        try await binding(role).reset().map(Self.words)
    }

    public func cyclePower(of role: String) async throws(Fault) { try await binding(role).cyclePower() }

    public func record(_ role: String, for duration: Duration) async throws(Fault) -> String {
        let binding = try binding(role)
        guard let redactor = redactors[role] else {
            throw Fault(.usbRecordingFailed, "nothing here can take a person's data out of it", device: role)
        }
        var recording = try await binding.record(for: duration)
        do throws(Fault) {
            try redactor.redact(&recording)
            return try recording.text()
        } catch {
            throw Fault(error.code, error.detail, device: role)
        }
    }

    private func binding(_ role: String) throws(Fault) -> USBRoleBinding {
        guard let binding = bindings[role] else {
            if let words = elsewhere[role] { throw Fault(.apiNotFound, words, device: role) }
            throw Fault(
                .apiNotFound, "no USB device of this role; known: \(bindings.keys.sorted().joined(separator: ", "))")
        }
        return binding
    }

    private static func words(_ rung: USBRecoveryRung) -> String {
        switch rung {
        case .retry: "opened-anew"
        case .clearHalt: "halts-cleared"
        case .classReset: "class-reset"
        case .portReset: "port-reset"
        case .portPower: "power-cycled"
        case .outOfService: "out-of-service"
        }
    }

    private static func words(_ kind: USBInterfaceClass) -> String {
        [kind.interfaceClass, kind.subclass, kind.interfaceProtocol].map { hex($0) }.joined(separator: "/")
    }

    /// Binary-coded decimal: 0x0104 is 1.04 (USB 2.0 table 9-8).
    private static func release(_ bcd: UInt16) -> String {
        "\(String(bcd >> 8, radix: 16)).\(hex(UInt8(truncatingIfNeeded: bcd)))"
    }

    private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
