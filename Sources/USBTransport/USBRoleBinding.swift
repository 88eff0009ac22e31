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
    private var acts = USBPortActs()

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
    /// a device with a power supply of its own was not off then. However late it came back.
    public func wasReset(_ device: USBDeviceInfo) -> Bool { acts.began(device) }

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
        guard let first = candidates.first else { throw role.notFound(among: devices) }
        let usable = candidates.filter { allowsSimulated || !$0.isSimulated }
        guard !usable.isEmpty else { throw Fault(.usbSimulatedRefused, first.path, device: role.name) }
        var refusal = role.notFound(among: [])
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
        // At once, before a step uses it; what is being opened now is recorded from its beginning.
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
    /// Of a device that can't be opened the port is reset all the same.
    public func reset() async throws(Fault) -> [USBRecoveryRung] {
        try await serviced { () throws(Fault) in
            let connection: any USBConnection
            do throws(Fault) {
                connection = try await find()
            } catch {
                guard let port = host.portRecovery, let failing, role.owns(unopened: failing) else { throw error }
                await (try comeback(of: .device(failing), through: port, .portReset)).close()
                return [.portReset]
            }
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
            await (try comeback(of: .connection(connection), through: port, .portReset)).close()
            return done + [.portReset]
        }
    }

    /// Switches the power of the device's port off and on. Throws `usbPortFixed` where this machine can't.
    /// Also of a device that can't be opened, and of one that fell off the bus where its port is known.
    public func cyclePower() async throws(Fault) {
        guard let port = host.portRecovery else {
            throw Fault(.usbPortFixed, "the devices are reached over the network", device: role.name)
        }
        try await serviced { () throws(Fault) in
            let target = try await powerTarget()
            do throws(Fault) {
                await (try comeback(of: target, through: port, .portPower)).close()
            } catch {
                guard error.code == .usbPortPowered else { throw error }
                throw Fault(.usbPortFixed, error.detail, device: role.name)
            }
        }
    }

    private func powerTarget() async throws(Fault) -> USBPortTarget {
        do throws(Fault) {
            return .connection(try await find())
        } catch {
            if let failing, role.owns(unopened: failing) { return .device(failing) }
            switch error.code {
            // What stands there is another's.
            case .usbStranger, .usbSimulatedRefused: throw error
            default:
                guard let path = role.path ?? acts.awaited else { throw error }
                return .port(path)
            }
        }
    }

    /// Runs something for the technician alone; after it the device has a clean record.
    private func serviced<Value>(_ body: () async throws(Fault) -> Value) async throws(Fault) -> Value {
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
        return try await body()
    }

    private func opened(_ device: USBDeviceInfo, climbs: Bool) async throws(Fault) -> any USBConnection {
        do throws(USBError) {
            return try await connected(device)
        } catch {
            let fault = error.fault(role: role.name)
            guard climbs, USBRecoveryLadder.counts(fault) else { throw fault }
            return try await revived(device, after: fault)
        }
    }

    private func connected(_ device: USBDeviceInfo) async throws(USBError) -> any USBConnection {
        let connection = try await host.open(device)
        acts.opened(connection.device)
        return connection
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
            // Back late from what was done to its port, it is no other device: the next failure goes on from there.
            let isReturning = acts.awaits(device)
            if !isReturning { ladder.forget() }
            self.failing = isReturning ? device : nil
        }
        guard ladder.pause(at: .now) > .zero, let fault = recoveryFault else { return }
        throw fault
    }

    /// Carries out the rung that is due, on a device that can't be opened: what goes through the device is passed over.
    private func revived(_ device: USBDeviceInfo, after fault: Fault) async throws(Fault) -> any USBConnection {
        switch ladder.due {
        case .portReset, .portPower:
            guard let port = host.portRecovery, role.owns(unopened: device), let rung = ladder.take() else { break }
            return try await comeback(of: .device(device), through: port, rung)
        // The opening that failed was the rung.
        case .retry, .outOfService: _ = ladder.take()
        case .clearHalt, .classReset, nil: break
        }
        note(fault, of: device)
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
            return try await comeback(of: .connection(connection), through: port, rung)
        }
    }

    /// Acts on a device's port, and opens the device when it has come back.
    ///
    /// A reset that takes the device off the bus is followed by its power: nothing else brings it back.
    private func comeback(
        of target: USBPortTarget, through port: any USBPortRecovery, _ rung: USBRecoveryRung
    ) async throws(Fault) -> any USBConnection {
        acts.begin(at: target.path, device: target.device)
        do throws(USBError) {
            try await target.act(rung, through: port)
        } catch {
            // The machine can't do that here; the next rung may help.
            if let device = target.device { note(Fault(.usbTransferFailed, device: role.name), of: device) }
            throw Fault(rung.code, "\(error)", device: role.name)
        }
        switch try await whatCameBack(at: target.path) {
        case .open(let connection):
            failing = connection.device
            return connection
        case .unopened(let device, let fault): note(fault, of: device)
        case .nothing:
            guard rung == .portReset, !closed, let lost = target.device else { break }
            note(Fault(.usbTransferFailed, device: role.name), of: lost)
            guard ladder.due == .portPower, let next = ladder.take() else { break }
            return try await comeback(of: .device(lost), through: port, next)
        }
        throw Fault(rung.code, "it did not come back", device: role.name)
    }

    private enum Return {
        case open(any USBConnection)
        case unopened(USBDeviceInfo, Fault)
        case nothing
    }

    private func whatCameBack(at path: String) async throws(Fault) -> Return {
        let deadline = ContinuousClock.now + timing.comeback
        var last = Return.nothing
        while !closed {
            // By its place: after the reset it may be another generation.
            if let back = try await listed().first(where: { $0.path == path && role.accepts($0) }) {
                do throws(USBError) {
                    return .open(try await connected(back))
                } catch {
                    last = .unopened(back, error.fault(role: role.name))
                }
            } else {
                last = .nothing
            }
            guard ContinuousClock.now < deadline else { break }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return last
    }
}
