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
    private let table: USBRoleTable
    private let timing: USBRecoveryTiming
    private var ladder: USBRecoveryLadder
    /// A technician's reset is under way: nobody else opens the device meanwhile.
    private var isServiced = false
    /// Notes what the next connection does.
    private var recorder: USBRecorder?
    /// The stay of the device that failed last; another one begins at the bottom of the ladder.
    private var failing: USBDeviceInfo?
    /// The stay that began with a reset or a power switch by `comeback`.
    private var returned: USBDeviceInfo?

    /// `table` is shared by the roles of one bus, so that no two of them take the same device. `allowsSimulated` is false in a production profile: a laboratory device is then refused, not used.
    public init(
        host: any USBHost, role: USBRole, allowsSimulated: Bool, table: USBRoleTable = USBRoleTable(),
        timing: USBRecoveryTiming = USBRecoveryTiming()
    ) {
        self.host = host
        self.role = role
        self.allowsSimulated = allowsSimulated
        self.table = table
        self.timing = timing
        var rungs: Set<USBRecoveryRung> = [.clearHalt]
        if role.interfaceClass == USBRecoveryActions.printerClass { rungs.insert(.classReset) }
        if host.portRecovery != nil { rungs.formUnion([.portReset, .portPower]) }
        ladder = USBRecoveryLadder(available: rungs, timing: timing)
        table.register(role)
    }

    /// How the recovery of a failing device stands.
    public var recovery: USBRecoveryLadder { ladder }

    /// The rung that the device is on, as a fault; nil while all is well.
    public var recoveryFault: Fault? {
        ladder.rung.map { Fault($0.code, "failure \(ladder.failures) in a row", device: role.name) }
    }

    /// The device did what it is for: its failures are forgotten.
    public func worked() {
        ladder.worked()
        failing = nil
    }

    /// The device that is open now, if any.
    public var device: USBDeviceInfo? { open.flatMap { $0.isOpen ? $0.device : nil } }

    /// Whether this stay of the device began with a reset of its port, or a switch of its port's power, by this kiosk:
    /// a device with a power supply of its own was not off then.
    public func wasReset(_ device: USBDeviceInfo) -> Bool { returned?.isSameAttachment(as: device) ?? false }

    /// The open connection, opened first where there is none; callers that come together share one attempt.
    ///
    /// `climbs`: an attempt that fails counts for the recovery, and a rung that is due is carried out. Not while the
    /// device is in the middle of something that a reset would break. A connection whose device has gone is let go here.
    /// Throws `usbNotFound`, `usbSimulatedRefused`, or what opening met.
    public func connection(climbs: Bool = true) async throws(Fault) -> any USBConnection {
        if let open, open.isOpen { return open }
        guard !isServiced else { throw Fault(.usbReopened, "it is being reset", device: role.name) }
        guard !closed else { throw Fault(.usbDisconnected, "shut down", device: role.name) }
        if let open { letGo(open) }
        return try await (opening ?? startOpening(climbs: climbs)).value.get()
    }

    /// Lets a connection go after an error that it can't recover from; the next use finds the device again.
    ///
    /// A connection that has been replaced already is closed, and its successor stays. A fault that is the device's own
    /// failure takes it one rung up the ladder; the rung is carried out when it is opened next.
    public func drop(_ connection: any USBConnection, after fault: Fault? = nil) async {
        guard open === connection else { return await connection.close() }
        if let fault, connection.isOpen { note(fault, of: connection.device) }
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

    private func startOpening(climbs: Bool) -> Task<Result<any USBConnection, Fault>, Never> {
        let attempt = Task { [closing] in
            await closing?.value
            return await self.attempt(climbs: climbs)
        }
        opening = attempt
        return attempt
    }

    /// One attempt. It alone writes its outcome: callers that resume late must not undo what came after it.
    private func attempt(climbs: Bool) async -> Result<any USBConnection, Fault> {
        defer { opening = nil }
        do throws(Fault) {
            let connection = try await find(climbs: climbs)
            guard !closed else {
                await connection.close()
                throw Fault(.usbDisconnected, "shut down", device: role.name)
            }
            let used = recorded(connection)
            open = used
            return .success(used)
        } catch {
            return .failure(error)
        }
    }

    // MARK: Finding

    private func find(climbs: Bool = true) async throws(Fault) -> any USBConnection {
        let devices = try await listed()
        let candidates = table.candidates(for: role, among: devices)
        guard let first = candidates.first else { throw notFound(among: devices) }
        let usable = candidates.filter { allowsSimulated || !$0.isSimulated }
        guard !usable.isEmpty else { throw Fault(.usbSimulatedRefused, first.path, device: role.name) }
        var refusal = notFound(among: [])
        for device in usable {
            if climbs { try heed(device) }
            let connection = try await opened(device, climbs: climbs)
            guard let trouble = refused(connection.device, among: devices) else {
                return climbs ? try await mended(connection) : connection
            }
            await connection.close()
            refusal = trouble
            if trouble.code == .usbSimulatedRefused { break }
        }
        throw refusal
    }

    private func listed() async throws(Fault) -> [USBDeviceInfo] {
        do throws(USBError) {
            return try await host.devices()
        } catch {
            throw error.fault(role: role.name)
        }
    }

    private func notFound(among devices: [USBDeviceInfo]) -> Fault {
        guard let path = role.path else { return Fault(.usbNotFound, "no device of its class", device: role.name) }
        guard let stranger = devices.first(where: { $0.path == path }) else {
            return Fault(.usbNotFound, "no device at \(path)", device: role.name)
        }
        return Fault(.usbStranger, "\(stranger.ids) at \(path)", device: role.name)
    }

    // MARK: A technician's hand

    /// Records what the device's driver and the device say to one another, from a fresh opening on.
    ///
    /// Whoever uses the device finds its connection closed and begins afresh. Ends early where the recording is full or
    /// the task is cancelled. Throws `usbDeviceInUse` where it is recorded already, `usbRecordingFailed` where nobody
    /// opened it.
    public func record(for duration: Duration) async throws(Fault) -> USBRecording {
        guard recorder == nil else { throw Fault(.usbDeviceInUse, "it is being recorded", device: role.name) }
        let recorder = USBRecorder()
        self.recorder = recorder
        defer { self.recorder = nil }
        _ = await opening?.value
        if let open { await letGo(open).value }
        let deadline = ContinuousClock.now + duration
        while !closed, !recorder.isFull, ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: min(.milliseconds(200), deadline - .now))) != nil else { break }
        }
        return try recorder.finish(role: role.name)
    }

    public var isRecorded: Bool { recorder != nil }

    private func recorded(_ connection: any USBConnection) -> any USBConnection {
        guard let recorder, recorder.begin(connection) else { return connection }
        return USBRecordedConnection(connection, recorder: recorder)
    }

    /// Opens the device anew, clears its halts, then resets it by class and by port where that can be done; gives the
    /// rungs that were carried out. Whoever used it finds its connection closed and begins afresh.
    public func reset() async throws(Fault) -> [USBRecoveryRung] {
        try await serviced { connection throws(Fault) in
            var done: [USBRecoveryRung] = [.retry, .clearHalt]
            await USBRecoveryActions.clearHalts(of: connection, interfaceClass: role.interfaceClass)
            if role.interfaceClass == USBRecoveryActions.printerClass {
                await USBRecoveryActions.resetPrinter(connection)
                done.append(.classReset)
            }
            guard let port = host.portRecovery else {
                await connection.close()
                return done
            }
            await (try comeback(of: connection, through: port, .portReset)).close()
            return done + [.portReset]
        }
    }

    /// Switches the power of the device's port off and on. Throws `usbPortFixed` where this machine can't.
    public func cyclePower() async throws(Fault) {
        guard let port = host.portRecovery else {
            throw Fault(.usbPortFixed, "the devices are reached over the network", device: role.name)
        }
        try await serviced { connection throws(Fault) in
            do throws(Fault) {
                await (try comeback(of: connection, through: port, .portPower)).close()
            } catch {
                guard error.code == .usbPortPowered else { throw error }
                throw Fault(.usbPortFixed, error.detail, device: role.name)
            }
        }
    }

    /// A freshly opened connection for the technician alone; after it the device has a clean record.
    private func serviced<Value>(
        _ body: (any USBConnection) async throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        guard !closed else { throw Fault(.usbDisconnected, "shut down", device: role.name) }
        guard !isServiced else { throw Fault(.usbDeviceInUse, "it is being reset", device: role.name) }
        isServiced = true
        defer { isServiced = false }
        _ = await opening?.value
        if let open { await letGo(open).value }
        ladder.forget()
        failing = nil
        defer {
            ladder.forget()
            failing = nil
        }
        return try await body(try await find())
    }

    private func opened(_ device: USBDeviceInfo, climbs: Bool) async throws(Fault) -> any USBConnection {
        do throws(USBError) {
            return try await host.open(device)
        } catch {
            let fault = error.fault(role: role.name)
            if climbs { note(fault, of: device) }
            throw fault
        }
    }

    /// Only its own descriptors tell for certain, and they can be read only once it is open.
    private func refused(_ device: USBDeviceInfo, among devices: [USBDeviceInfo]) -> Fault? {
        guard allowsSimulated || !device.isSimulated else {
            return Fault(.usbSimulatedRefused, device.path, device: role.name)
        }
        if let serial = role.serial, serial != device.serial {
            return Fault(.usbStranger, "\(device.ids) at \(device.path) has another serial", device: role.name)
        }
        guard table.settle(device, for: role, among: devices) else {
            return Fault(.usbNotFound, "\(device.path) serves another role", device: role.name)
        }
        return nil
    }

    // MARK: Recovery

    private func note(_ fault: Fault, of device: USBDeviceInfo) {
        guard USBRecoveryLadder.counts(fault) else { return }
        ladder.failed(at: .now)
        failing = device
    }

    /// Throws the rung's fault while its pause lasts; a device that was plugged in anew has none.
    private func heed(_ device: USBDeviceInfo) throws(Fault) {
        if let failing, !failing.isSameAttachment(as: device) {
            ladder.forget()
            self.failing = nil
        }
        guard ladder.pause(at: .now) > .zero, let fault = recoveryFault else { return }
        throw fault
    }

    /// Carries out the rung that is due, on a device that was just opened.
    private func mended(_ connection: any USBConnection) async throws(Fault) -> any USBConnection {
        guard let rung = ladder.take() else { return connection }
        switch rung {
        case .retry, .outOfService: return connection
        case .clearHalt:
            await USBRecoveryActions.clearHalts(of: connection, interfaceClass: role.interfaceClass)
            return connection
        case .classReset:
            await USBRecoveryActions.resetPrinter(connection)
            return connection
        case .portReset, .portPower:
            guard let port = host.portRecovery else { return connection }
            return try await comeback(of: connection, through: port, rung)
        }
    }

    private func comeback(
        of connection: any USBConnection, through port: any USBPortRecovery, _ rung: USBRecoveryRung
    ) async throws(Fault) -> any USBConnection {
        let before = connection.device
        do throws(USBError) {
            if rung == .portReset { try await port.resetPort(of: connection) }
            await connection.close()
            if rung == .portPower { try await port.cyclePower(of: before) }
        } catch {
            // The machine can't do that here; the next rung may help.
            await connection.close()
            note(Fault(.usbTransferFailed, device: role.name), of: before)
            throw Fault(rung.code, "\(error)", device: role.name)
        }
        let deadline = ContinuousClock.now + timing.comeback
        while !closed {
            // By its place: after the reset it may be another generation.
            if let back = try await listed().first(where: { $0.path == before.path && role.accepts($0) }),
                let connection = try? await host.open(back)
            {
                failing = back
                returned = back
                return connection
            }
            guard ContinuousClock.now < deadline else { break }
            try? await Task.sleep(for: .milliseconds(100))
        }
        throw Fault(rung.code, "it did not come back", device: role.name)
    }
}

extension USBDeviceInfo {
    /// `04b8:0202`.
    fileprivate var ids: String {
        [vendorID, productID].map { id in
            let digits = String(id, radix: 16)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }.joined(separator: ":")
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
