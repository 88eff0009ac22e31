import KioskModel

/// Keeps one role served: finds its device, opens it, and finds it again under a new generation after a replug.
public actor USBRoleBinding {
    public nonisolated let role: USBRole
    private let host: any USBHost
    private let allowsSimulated: Bool
    private var open: (any USBConnection)?
    private var opening: Task<Result<any USBConnection, Fault>, Never>?
    /// The end of the last connection: its device can't be opened again before.
    private var closing: Task<Void, Never>?
    private var closed = false

    /// `allowsSimulated` is false in a production profile: a laboratory device is then refused, not used.
    public init(host: any USBHost, role: USBRole, allowsSimulated: Bool) {
        self.host = host
        self.role = role
        self.allowsSimulated = allowsSimulated
    }

    /// The device that is open now, if any.
    public var device: USBDeviceInfo? { open.flatMap { $0.isOpen ? $0.device : nil } }

    /// The open connection, opened first where there is none; callers that come together share one attempt.
    ///
    /// A connection whose device has gone is let go here. Throws `usbNotFound`, `usbSimulatedRefused`, or what
    /// opening met.
    public func connection() async throws(Fault) -> any USBConnection {
        if let open, open.isOpen { return open }
        guard !closed else { throw Fault(.usbDisconnected, "shut down", device: role.name) }
        if let open { letGo(open) }
        return try await (opening ?? startOpening()).value.get()
    }

    /// Lets a connection go after an error that it can't recover from; the next use finds the device again.
    ///
    /// A connection that has been replaced already is closed, and its successor stays.
    public func drop(_ connection: any USBConnection) async {
        guard open === connection else { return await connection.close() }
        await letGo(connection).value
    }

    public func shutdown() async {
        closed = true
        opening?.cancel()
        _ = await opening?.value
        if let open { letGo(open) }
        await closing?.value
    }

    @discardableResult
    private func letGo(_ connection: any USBConnection) -> Task<Void, Never> {
        open = nil
        let task = Task { [closing] in
            await closing?.value
            await connection.close()
        }
        closing = task
        return task
    }

    private func startOpening() -> Task<Result<any USBConnection, Fault>, Never> {
        let attempt = Task { [closing] in
            await closing?.value
            return await self.attempt()
        }
        opening = attempt
        return attempt
    }

    /// One attempt. It alone writes its outcome: callers that resume late must not undo what came after it.
    private func attempt() async -> Result<any USBConnection, Fault> {
        defer { opening = nil }
        do throws(Fault) {
            let connection = try await find()
            guard !closed else {
                await connection.close()
                throw Fault(.usbDisconnected, "shut down", device: role.name)
            }
            open = connection
            return .success(connection)
        } catch {
            return .failure(error)
        }
    }

    private func find() async throws(Fault) -> any USBConnection {
        let candidates: [USBDeviceInfo]
        do throws(USBError) {
            candidates = try await host.devices().filter(role.accepts)
        } catch {
            throw error.fault(role: role.name)
        }
        guard let first = candidates.first else {
            let place = role.path.map { "at \($0)" } ?? "of its class"
            throw Fault(.usbNotFound, "no device \(place)", device: role.name)
        }
        guard let device = candidates.first(where: { allowsSimulated || !$0.isSimulated }) else {
            throw Fault(.usbSimulatedRefused, first.path, device: role.name)
        }
        let connection: any USBConnection
        do throws(USBError) {
            connection = try await host.open(device)
        } catch {
            throw error.fault(role: role.name)
        }
        // Only its own descriptors tell for certain, and they can be read only now.
        guard allowsSimulated || !connection.device.isSimulated else {
            await connection.close()
            throw Fault(.usbSimulatedRefused, device.path, device: role.name)
        }
        return connection
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
