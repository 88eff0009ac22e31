import KioskModel

/// Keeps one role served: finds its device, opens it, and finds it again under a new generation after a replug.
public actor USBRoleBinding {
    public let role: USBRole
    private let host: any USBHost
    private let allowsSimulated: Bool
    private var open: (any USBConnection)?
    private var opening: Task<any USBConnection, any Error>?
    private var closed = false

    /// `allowsSimulated` is false in a production profile: a laboratory device is then refused, not used.
    public init(host: any USBHost, role: USBRole, allowsSimulated: Bool) {
        self.host = host
        self.role = role
        self.allowsSimulated = allowsSimulated
    }

    /// The device that is open now, if any.
    public var device: USBDeviceInfo? { open?.device }

    /// The open connection, opened first where there is none; callers that come together share one attempt.
    ///
    /// Throws `usbNotFound`, `usbSimulatedRefused`, or what opening met.
    public func connection() async throws(Fault) -> any USBConnection {
        if let open { return open }
        guard !closed else { throw Fault(.usbDisconnected, "shut down", device: role.name) }
        let attempt = opening ?? Task { try await self.find() }
        opening = attempt
        do {
            let connection = try await attempt.value
            opening = nil
            if closed {
                await connection.close()
                throw Fault(.usbDisconnected, "shut down", device: role.name)
            }
            open = connection
            return connection
        } catch {
            opening = nil
            throw (error as? Fault) ?? Fault(.internalError, "\(error)", device: role.name)
        }
    }

    /// Lets a connection go after an error that it can't recover from; the next use finds the device again.
    public func drop(_ connection: any USBConnection) async {
        if open?.device == connection.device { open = nil }
        await connection.close()
    }

    public func shutdown() async {
        closed = true
        opening?.cancel()
        let last = open
        open = nil
        await last?.close()
    }

    private func find() async throws -> any USBConnection {
        do {
            let candidates = try await host.devices().filter(role.accepts)
            guard let device = candidates.first else {
                let place = role.path.map { "at \($0)" } ?? "of its class"
                throw Fault(.usbNotFound, "no device \(place)", device: role.name)
            }
            guard allowsSimulated || !device.isSimulated else {
                throw Fault(.usbSimulatedRefused, device.path, device: role.name)
            }
            return try await host.open(device)
        } catch let error as USBError {
            throw error.fault(role: role.name)
        }
    }
}

extension DeviceStatus {
    /// The status of a role by the device that serves it and the trouble it met last.
    public init(role: String, device: USBDeviceInfo?, fault: Fault?) {
        let state: State = fault != nil ? (device == nil ? .missing : .fault) : (device == nil ? .missing : .ready)
        self.init(
            role: role, state: state, address: device?.path, vendorID: device?.vendorID, productID: device?.productID,
            product: device?.product, serial: device?.serial, simulated: device?.isSimulated ?? false, fault: fault)
    }
}
