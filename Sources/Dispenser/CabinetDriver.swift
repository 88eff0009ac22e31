import DispenserKit
import KioskModel
import USBTransport

/// The medicine cabinet behind its controller's link: orders go out once, and the controller's journal says what
/// became of them.
///
/// Calls run one after the other. A caller that is cancelled does not stop what it began.
public actor CabinetDriver: MedicineCabinet {
    private let binding: USBRoleBinding
    private let allowsLaboratoryKey: Bool
    let limits: CabinetLimits
    var role: String { binding.role.name }
    private var queue = CallQueue()
    private var open: (link: FrameLink, connection: any USBConnection)?
    private var lastFault: Fault?
    private(set) var isShutDown = false

    /// `binding` finds the controller, by its CDC-ACM interface (class 0x02) or where the configuration says.
    ///
    /// `allowsLaboratoryKey` is for a laboratory: everywhere else a controller that takes images signed with the
    /// laboratory's key is refused (`firmwareLaboratoryKey`), also behind a serial bridge that is a product.
    public init(binding: USBRoleBinding, limits: CabinetLimits = CabinetLimits(), allowsLaboratoryKey: Bool = false) {
        self.binding = binding
        self.limits = limits
        self.allowsLaboratoryKey = allowsLaboratoryKey
    }

    public func highWaterMark() async throws(Fault) -> UInt32 {
        try await oneAtATime { () async throws(Fault) -> UInt32 in try await self.identify().highWaterMark }
    }

    /// The number of the controller's microcontroller: another one is another controller.
    public func unit() async throws(Fault) -> UInt64 {
        try await oneAtATime { () async throws(Fault) -> UInt64 in try await self.identify().unit }
    }

    public func dispense(transaction: UInt32, slot: Int) async throws(Fault) -> DispenseOutcome {
        try await oneAtATime { () async throws(Fault) -> DispenseOutcome in
            try await self.order(transaction: transaction, slot: slot)
        }
    }

    /// A number that the controller has never seen is closed by the question: it can't start afterwards.
    public func query(transaction: UInt32) async throws(Fault) -> DispenseOutcome {
        try await oneAtATime { () async throws(Fault) -> DispenseOutcome in
            let report = try await self.report(of: transaction)
            if let outcome = report.outcome { return outcome }
            return await self.follow(transaction, isRunning: true)?.outcome ?? .unknown
        }
    }

    public func acknowledge(transaction: UInt32) async throws(Fault) {
        try await oneAtATime { () async throws(Fault) in
            let reply = try await self.ask(.acknowledge(transaction: transaction))
            guard case .acknowledged(transaction) = reply else { throw await self.unexpected(reply) }
        }
    }

    /// Throws `cabinetThermometer` only where the controller says that it keeps no log, `dispenserProtocol` where its answer
    /// can't be read: a bad cable does not make a controller without a thermometer.
    public func temperature(from first: UInt32) async throws(Fault) -> CabinetTemperature {
        try await oneAtATime { () async throws(Fault) -> CabinetTemperature in
            try await self.temperatureLog(from: first)
        }
    }

    /// Asks the controller, unless an order is under way; then what is known.
    public func status() async -> DeviceStatus {
        if !queue.isBusy, !isShutDown {
            do {
                lastFault = try await oneAtATime { () async throws(Fault) -> Fault? in try await self.probe() }
            } catch {
                lastFault = error
            }
        }
        return DeviceStatus(role: role, device: await binding.device, fault: lastFault)
    }

    /// Ends an order's waiting too: its outcome is then unknown here, and `query` tells it after the next start.
    public func shutdown() async {
        isShutDown = true
        open = nil
        await binding.shutdown()
    }

    // MARK: One call at a time

    func oneAtATime<Value: Sendable>(
        _ body: @escaping @Sendable () async throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        if !queue.enter() { await withCheckedContinuation { queue.wait($0) } }
        // A task of its own: cancelling the caller must not tear a question from its answer.
        let task = Task { () -> Result<Value, Fault> in
            do throws(Fault) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        let result = await task.value
        queue.leave()
        return try result.get()
    }
}

// MARK: - Questions, which may be repeated

extension CabinetDriver {
    func identify() async throws(Fault) -> Identity {
        let reply = try await ask(.identify)
        guard case .identity(let identity) = reply else { throw unexpected(reply) }
        guard identity.protocolVersion == Frame.currentVersion else {
            throw Fault(
                .dispenserProtocol,
                "protocol version \(identity.protocolVersion), this kiosk speaks \(Frame.currentVersion)",
                device: role)
        }
        return identity
    }

    func slotStatus(_ slot: UInt16) async throws(Fault) -> CabinetStatus {
        let reply = try await ask(.status(slot: slot))
        guard case .status(let status) = reply, status.slot == slot else { throw unexpected(reply) }
        return status
    }

    func report(of transaction: UInt32) async throws(Fault) -> TransactionReport {
        let reply = try await ask(.query(transaction: transaction))
        guard case .transaction(let report) = reply, report.transaction == transaction else {
            throw unexpected(reply)
        }
        return report
    }

    private func temperatureLog(from first: UInt32) async throws(Fault) -> CabinetTemperature {
        let reply = try await ask(.temperature(first: first))
        switch reply {
        case .temperature(let report): return CabinetTemperature(report)
        case .refused(let refusal) where refusal.isUnsupported(.temperature):
            throw Fault(.cabinetThermometer, "the controller keeps no log", device: role)
        default: throw unexpected(reply)
        }
    }

    private func probe() async throws(Fault) -> Fault? {
        _ = try await identify()
        try await refuseLaboratory()
        let status = try await slotStatus(0)
        if let trouble = status.trouble(role: role) { return trouble }
        return try await firmwareTrouble() ?? status.wear(role: role)
    }

    /// Throws where this kiosk gives no medicine out of the controller, because anybody could have loaded a firmware into
    /// it. Questions about what it did, and an update that mends it, are answered all the same.
    private func refuseLaboratory() async throws(Fault) {
        guard !allowsLaboratoryKey else { return }
        switch try await ask(.firmware) {
        case .firmware(let report) where report.hasLaboratoryKey:
            throw Fault(.firmwareLaboratoryKey, device: role)
        case .firmware: return
        // A controller that takes no images at all.
        case .refused(let refusal) where refusal.reason == .unsupported: return
        case let reply: throw unexpected(reply)
        }
    }

    func unexpected(_ reply: Reply) -> Fault {
        if case .refused(let refusal) = reply { return refusal.fault(role: role) }
        return Fault(.dispenserProtocol, "a reply of the wrong kind", device: role)
    }

    /// Asks, and once more over a new connection where the device had gone in the meantime.
    func ask(_ request: Request, within timeout: Duration? = nil) async throws(Fault) -> Reply {
        let timeout = timeout ?? limits.reply
        do {
            return try await attempt(request, attempts: limits.attempts, within: timeout, climbs: true)
        } catch .usb(.noDevice) {
            do {
                return try await attempt(request, attempts: limits.attempts, within: timeout, climbs: true)
            } catch {
                throw error.fault(role: role)
            }
        } catch {
            throw error.fault(role: role)
        }
    }

    /// `climbs`: a failure counts for the recovery of the device. Not while an order is under way: a port that is reset
    /// or loses its power could take the controller's with it, in the middle of a turn.
    private func attempt(
        _ request: Request, attempts: Int, within timeout: Duration, climbs: Bool
    ) async throws(LinkError) -> Reply {
        let link = try await connect(climbs: climbs)
        do {
            let reply = try await link.ask(request, attempts: attempts, timeout: timeout)
            await binding.worked()
            return reply
        } catch {
            if error != .damaged { await lose(link, after: climbs ? error.fault(role: role) : nil) }
            throw error
        }
    }
}

// MARK: - The link

extension CabinetDriver {
    private func connect(climbs: Bool = true) async throws(LinkError) -> FrameLink {
        if let open { return open.link }
        let connection: any USBConnection
        do {
            connection = try await binding.connection(climbs: climbs)
        } catch {
            throw .unavailable(error)
        }
        do {
            let link = FrameLink(try await SerialPorts.open(connection))
            open = (link, connection)
            return link
        } catch {
            await binding.drop(connection)
            throw .usb(error)
        }
    }

    /// Lets the connection go; the next question finds the device again.
    private func lose(_ link: FrameLink, after fault: Fault? = nil) async {
        guard let open, open.link === link else { return }
        self.open = nil
        await binding.drop(open.connection, after: fault)
    }
}

// MARK: - Orders, which go out once

extension CabinetDriver {
    /// Everything that can be known beforehand is asked before the order: up to there a fault means that it never left.
    private func order(transaction: UInt32, slot: Int) async throws(Fault) -> DispenseOutcome {
        guard let slot = UInt16(exactly: slot) else {
            throw Fault(.dispenserSlotFault, "no slot \(slot)", device: role)
        }
        let identity = try await identify()
        guard transaction > identity.highWaterMark else {
            return try await formerOutcome(of: transaction, slot: slot)
        }
        guard TransactionNumber.isUsable(transaction, above: identity.highWaterMark) else {
            throw Refusal(.number, request: 0, transaction: transaction).fault(role: role)
        }
        try await refuseLaboratory()
        if let obstacle = try await slotStatus(slot).obstacle(role: role) { throw obstacle }
        let link: FrameLink
        do {
            link = try await connect()
        } catch {
            throw error.fault(role: role)
        }
        let order = DispenseOrder(transaction: transaction, slot: slot, count: 1)
        let report = await send(.dispense(order), order, over: link, to: identity)
        let outcome = report?.outcome(slot: slot) ?? .unknown
        lastFault = outcome.fault.map { Fault($0, "transaction \(transaction), slot \(slot)", device: role) }
        return outcome
    }

    /// Turns a motor home: the same rules as for an order, but a slot that failed is what it is for. A slot that is not
    /// there is a person's slip of the pen, no slot that is out of order.
    func turnHome(transaction: UInt32, slot: Int) async throws(Fault) -> CabinetHoming {
        guard let slot = UInt16(exactly: slot) else {
            throw Fault(.apiNotFound, "slot \(slot)", device: role)
        }
        let identity = try await identify()
        guard TransactionNumber.isUsable(transaction, above: identity.highWaterMark) else {
            throw Refusal(.number, request: 0, transaction: transaction).fault(role: role)
        }
        try await refuseLaboratory()
        let status = try await slotStatus(slot)
        // A controller that does not hear its motors knows of no slot, and counts its door as open: that comes first.
        if let trouble = status.trouble(role: role) { throw trouble }
        guard status.condition != .absent else { throw Fault(.apiNotFound, "slot \(slot)", device: role) }
        if status.condition != .locked, let obstacle = status.obstacle(role: role) { throw obstacle }
        let link: FrameLink
        do {
            link = try await connect()
        } catch {
            throw error.fault(role: role)
        }
        let order = DispenseOrder(transaction: transaction, slot: slot, count: 0)
        let report = await send(.home(transaction: transaction, slot: slot), order, over: link, to: identity)
        return report?.homing ?? CabinetHoming(outcome: .unknown, fallen: nil)
    }

    /// The journal's answer for a number that was used before; the order is not sent again.
    private func formerOutcome(of transaction: UInt32, slot: UInt16) async throws(Fault) -> DispenseOutcome {
        let report = try await report(of: transaction)
        if report.state == .forgotten {
            throw Refusal(.stale, request: 0, transaction: transaction).fault(role: role)
        }
        guard report.slot == slot || report.state == .notStarted else {
            throw Fault(
                .dispenserRefused, "transaction \(transaction) was for slot \(report.slot)", device: role)
        }
        if let outcome = report.outcome { return outcome }
        return await follow(transaction, isRunning: true)?.outcome(slot: slot) ?? .unknown
    }

    /// Sends the order, once. Whatever is not a clear report is cleared up by asking for it.
    private func send(
        _ request: Request, _ order: DispenseOrder, over link: FrameLink, to controller: Identity
    ) async -> TransactionReport? {
        var isRunning = false
        do {
            let number = try await link.send(request, timeout: limits.reply)
            let reply = try await link.reply(to: number, within: limits.reply)
            if case .transaction(let report) = reply, report.transaction == order.transaction {
                if report.state != .running { return report }
                isRunning = true
            }
        } catch {
            // Silence and damage say nothing about the link; the rest ends it.
            if case .usb = error { await lose(link) }
        }
        return await follow(order.transaction, isRunning: isRunning, at: controller)
    }

    /// Waits for an order's outcome and asks for it, over a new connection where the device went away meanwhile.
    ///
    /// The question also closes a number that the controller has not seen: a late order can't start after it.
    /// Nil where nobody can tell: also where `controller`, which got the order, has lost its journal meanwhile or is
    /// another one. That one would close the number as never started, whatever fell.
    private func follow(
        _ transaction: UInt32, isRunning: Bool, at controller: Identity? = nil
    ) async -> TransactionReport? {
        let end = ContinuousClock.now + limits.motion
        var patience = ContinuousClock.now + limits.resolve
        var isRunning = isRunning
        var hasStarted = isRunning
        while !isShutDown, ContinuousClock.now < min(end, patience) {
            do {
                let link = try await connect(climbs: false)
                if isRunning, let report = await endsByItself(transaction, over: link) { return report }
                if let controller, try await !remembers(controller) { return nil }
                let reply = try await attempt(
                    .query(transaction: transaction), attempts: 1, within: limits.reply, climbs: false)
                guard case .transaction(let report) = reply, report.transaction == transaction else {
                    // A refusal to tell: nobody knows.
                    return nil
                }
                if report.state == .notStarted, hasStarted { return nil }
                if report.state != .running { return report }
                isRunning = true
                hasStarted = true
                patience = .now + limits.resolve
            } catch {
                isRunning = false
                if error != .damaged, error != .silent { try? await Task.sleep(for: limits.reopen) }
            }
        }
        return nil
    }

    /// Whether the controller is still this one, and its journal still knows the numbers that it knew.
    private func remembers(_ former: Identity) async throws(LinkError) -> Bool {
        let reply = try await attempt(.identify, attempts: 1, within: limits.reply, climbs: false)
        guard case .identity(let now) = reply else { return false }
        return now.unit == former.unit && now.highWaterMark >= former.highWaterMark
    }

    /// The report that the controller sends when the motion ends, where it comes before the next question is due.
    private func endsByItself(_ transaction: UInt32, over link: FrameLink) async -> TransactionReport? {
        do {
            return try await link.outcome(of: transaction, within: limits.poll)
        } catch {
            if case .usb = error { await lose(link) }
            return nil
        }
    }
}
