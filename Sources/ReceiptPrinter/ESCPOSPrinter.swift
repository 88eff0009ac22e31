import KioskModel
import USBTransport

/// A receipt printer that speaks ESC/POS over the USB printer class.
///
/// Jobs run one after the other, each to its end even if its caller goes away. Before a document nothing but questions
/// is sent; after one whose end is not known the printer's buffers are emptied at once, so that it can't come out later.
/// A printer that does not confirm that prints nothing more until it was switched off.
public actor ESCPOSPrinter: SlipPrinter {
    private let binding: USBRoleBinding
    private let profile: PrinterProfile
    private let timing: PrinterTiming
    private let raster: LineRaster?
    private let role: String
    private var session: PrinterSession?
    /// An earlier document may be in the printer's buffer.
    private var mustClear = true
    private var remains = PrinterRemains()
    /// A part of an earlier document may hang out of the printer.
    private var mustCut = true
    private var fenceNumber = UInt32.random(in: 0...UInt32.max)
    private var blocking: Fault?
    private var warning: Fault?
    private var checkedAt: ContinuousClock.Instant?
    private var tail: Task<Void, Never>?
    private var cancellations: [Int: @Sendable () -> Void] = [:]
    private var nextOperation = 0
    private var isShutDown = false

    /// The printer's IEEE 1284 id as it gave it when it was opened last.
    public private(set) var identifier: DeviceIdentifier?

    /// `raster` draws what the printer's font lacks; nil leaves 〓.
    public init(
        binding: USBRoleBinding, profile: PrinterProfile, timing: PrinterTiming = .standard,
        raster: LineRaster? = LineRaster()
    ) {
        self.raster = raster
        self.binding = binding
        self.profile = profile
        self.timing = timing
        role = binding.role.name
    }

    /// Prints one slip and says what became of it; see `PrintState`.
    ///
    /// `failedClean`: not one byte of the document was sent. `unknown`: the code is `printerUnknown`, its detail says
    /// why. A printer without completion fence ends in `unconfirmed`.
    public func print(_ slip: PrescriptionSlip) async -> PrintState {
        await print(PrintDocument(.prescription(slip)))
    }

    /// Prints any document, in the same way as a slip.
    public func print(_ document: PrintDocument) async -> PrintState {
        await inOrder { await $0.run(document) }
    }

    /// Asks the printer's sensors; throws what keeps it from printing. Opens it where it is not open yet.
    public func checkReady() async throws(Fault) {
        let result: Result<Void, Fault> = await inOrder { printer in
            do throws(Fault) {
                _ = try await printer.ready()
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// The state by the last answer; asks again where the last answer is over two seconds old and no job runs.
    public func status() async -> DeviceStatus {
        let isFresh = checkedAt.map { ContinuousClock.now - $0 < .seconds(2) } ?? false
        if cancellations.isEmpty, !isFresh, !isShutDown { try? await checkReady() }
        return await currentStatus()
    }

    private func currentStatus() async -> DeviceStatus {
        let base = DeviceStatus(role: role, device: await binding.device, fault: blocking)
        guard base.state == .ready, let warning else { return base }
        return DeviceStatus(
            role: base.role, state: .ready, address: base.address, vendorID: base.vendorID, productID: base.productID,
            product: base.product, serial: base.serial, simulated: base.simulated, fault: warning)
    }

    /// Asks the printer's sensors after the jobs under way; opens it where it is not open yet.
    public func inspect() async -> PrinterView {
        let (condition, completion) = await inOrder { await $0.look() }
        let sensors = condition.map {
            PrinterView.Sensors(
                paperOut: $0.paperOut, paperLow: $0.paperLow, coverOpen: $0.coverOpen, cutterStuck: $0.cutterStuck,
                failed: $0.failed, offline: $0.offline)
        }
        let name = [identifier?.manufacturer, identifier?.model].compactMap(\.self).joined(separator: " ")
        return PrinterView(
            device: await currentStatus(), sensors: sensors, model: name.isEmpty ? nil : name, profile: profile.name,
            dots: profile.dots, completion: completion)
    }

    /// Empties the printer and cuts off what hangs out of it.
    ///
    /// A printer without paper is emptied all the same; what keeps it from cutting is thrown. Throws
    /// `printerNotCleared` where the printer does not confirm it: it prints nothing more until it was switched off.
    public func purge() async throws(Fault) {
        let result: Result<Void, Fault> = await inOrder { printer in
            do throws(Fault) {
                try await printer.emptied()
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Cancels what is under way (a document that was begun ends as `unknown`) and lets the device go.
    public func shutdown() async {
        isShutDown = true
        for cancel in cancellations.values { cancel() }
        await tail?.value
        await session?.close()
        session = nil
        await binding.shutdown()
    }

    // MARK: One job

    private func run(_ wanted: PrintDocument) async -> PrintState {
        let document: [UInt8]
        let watch: Duration
        let session: PrinterSession
        do throws(Fault) {
            let composed = try compose(wanted)
            document = composed.bytes
            watch = timing.watch(dots: composed.dots)
            session = try await ready(recovering: true)
            try await begin(session)
        } catch {
            return .failedClean(error)
        }
        let id = nextFence()
        switch await session.transmit(document, fence: id) {
        case .complete: break
        case .stopped(moved: 0, let error): return .failedClean(await give(up: session, fault(error)))
        case .stopped(let moved, let error):
            let extent = moved.map { "\($0) of \(document.count)" } ?? "an unknown part of \(document.count)"
            return await unknown(session, because: fault(error), "\(extent) bytes taken")
        }
        return await completion(session, id, watch)
    }

    private func completion(_ session: PrinterSession, _ id: FenceID, _ watch: Duration) async -> PrintState {
        do throws(USBError) {
            switch try await session.completion(of: id, watch: watch) {
            case .confirmed: return await printed(.confirmed)
            case .unconfirmed:
                remains.sent(until: .now + timing.doubt)
                return await printed(.unconfirmed)
            case .stopped(let condition):
                let cause = condition.fault(role: role) ?? Fault(.printerError, device: role)
                return await unknown(session, because: cause, "all bytes taken")
            case .silent:
                let cause = Fault(.printerUnreachable, "no completion answer", device: role)
                return await unknown(session, because: cause, "all bytes taken")
            }
        } catch {
            return await unknown(session, because: fault(error), "all bytes taken")
        }
    }

    private func printed(_ state: PrintState) async -> PrintState {
        // Status after: the next patient should not be the one who finds the paper out.
        _ = try? await ready()
        await binding.worked()
        return state
    }

    private func unknown(_ session: PrinterSession, because cause: Fault, _ extent: String) async -> PrintState {
        mustCut = true
        remains.suspect()
        // Knowing what the printer says now is worth a second: "paper out" helps, "time-out" does not.
        let state = (try? await session.condition())?.fault(role: role)
        let reason = await give(up: session, state ?? cause)
        var words = "\(Self.words(reason.code)) while printing; \(extent)"
        if self.session === session, remains.barPrinting { words += "; \(Self.words(.printerNotCleared))" }
        return .unknown(Fault(.printerUnknown, words, device: role))
    }

    private static func words(_ code: FaultCode) -> String { "\(code.rawValue) \(code.entry.en)" }

    /// Empties the printer after a job that did not end well; where that fails it is done before anything else.
    private func give(up session: PrinterSession, _ fault: Fault) async -> Fault {
        mustClear = true
        note(fault, nil)
        do {
            try await clear(session)
            if remains.barPrinting { note(notCleared, nil) }
        } catch {
            await drop(session, after: fault)
        }
        return fault
    }

    private func clear(_ session: PrinterSession) async throws(USBError) {
        if try await session.clear() { remains.cleared() }
        mustClear = false
    }

    private var notCleared: Fault {
        Fault(.printerNotCleared, "it does not confirm that it was emptied", device: role)
    }

    private func begin(_ session: PrinterSession) async throws(Fault) {
        do {
            guard try await session.begin(cutFirst: mustCut, fence: nextFence()) else { return }
            mustCut = false
        } catch {
            let met = fault(error)
            let state = (try? await session.condition())?.fault(role: role)
            throw await give(up: session, state ?? met)
        }
        // The cut or the probe may have brought out what the first look did not show.
        _ = try await ready()
    }

    private func compose(_ document: PrintDocument) throws(Fault) -> (bytes: [UInt8], dots: Int) {
        try DocumentComposer(profile: profile, raster: raster).compose(document)
    }

    private func nextFence() -> FenceID {
        fenceNumber &+= 1
        return FenceID(fenceNumber)
    }

    // MARK: A technician's questions

    private func look() async -> (PrinterCondition?, String?) {
        _ = try? await ready()
        guard let session else { return (nil, nil) }
        do {
            return (try await session.condition(), await session.completionWay)
        } catch {
            await drop(session, after: fault(error))
            return (nil, nil)
        }
    }

    private func emptied() async throws(Fault) {
        (mustClear, mustCut) = (true, true)
        remains.suspect()
        let session = try await ready(recovering: true)
        try await begin(session)
    }

    // MARK: Opening and asking

    /// `recovering`: tells a printer with a stuck cutter to try again; not for polling, for it moves the cutter.
    private func ready(recovering: Bool = false) async throws(Fault) -> PrinterSession {
        let wasOpen = session != nil
        do throws(Fault) {
            return try await attempt(recovering)
        } catch {
            // A connection from before may only have been too old: the printer was replugged.
            guard wasOpen, session == nil, !isShutDown else { throw error }
            return try await attempt(recovering)
        }
    }

    private func attempt(_ recovering: Bool) async throws(Fault) -> PrinterSession {
        do throws(Fault) {
            let session = try await open()
            let condition = try await ask(session, recovering)
            let found = condition.fault(role: role)
            note(found, condition.warning(role: role))
            if let found { throw found }
            return session
        } catch {
            note(error, nil)
            throw error
        }
    }

    private func ask(_ session: PrinterSession, _ recovering: Bool) async throws(Fault) -> PrinterCondition {
        do {
            if mustClear || (recovering && remains.barPrinting) { try await clear(session) }
            var condition = try await session.condition()
            if let found = condition, found.fault(role: role) != nil {
                // The rest of a slip that nothing confirmed would come out with new paper, beside the next one.
                let mayHoldEnd = remains.mayHoldEnd
                if mayHoldEnd { mustCut = true }
                if mayHoldEnd || (recovering && (found.cutterStuck || found.failed)) {
                    try await clear(session)
                    condition = try await session.condition()
                }
            }
            if let condition {
                remains.seen(canPrint: condition.fault(role: role) == nil)
                if !remains.barPrinting { return condition }
            }
        } catch {
            await drop(session, after: fault(error))
            throw fault(error)
        }
        // Before anything that its sensors say: with new paper in it the former slip would come out.
        if remains.barPrinting { throw notCleared }
        throw Fault(.printerUnreachable, "no answer to the status question", device: role)
    }

    private func open() async throws(Fault) -> PrinterSession {
        guard !isShutDown else { throw Fault(.usbDisconnected, "shut down", device: role) }
        let connection = try await binding.connection()
        if let session, session.link.connection.isOpen, session.link.connection.device == connection.device {
            return session
        }
        do throws(USBError) {
            let link = try PrinterLink(connection)
            try await connection.claim(interface: link.interface.number)
            identifier = try? await link.deviceIdentifier(timeout: timing.answer)
            let opened = PrinterSession(link: link, profile: profile, timing: timing)
            session = opened
            remains.opened(connection.device, resetHere: await binding.wasReset(connection.device))
            mustClear = true
            mustCut = true
            return opened
        } catch {
            await binding.drop(connection, after: fault(error))
            throw fault(error)
        }
    }

    private func drop(_ old: PrinterSession, after trouble: Fault) async {
        if session === old { session = nil }
        mustClear = true
        mustCut = true
        await binding.drop(old.link.connection, after: trouble)
    }

    private func note(_ fault: Fault?, _ warning: Fault?) {
        blocking = fault
        self.warning = warning
        checkedAt = .now
    }

    private func fault(_ error: USBError) -> Fault {
        guard case .timeout = error else { return error.fault(role: role) }
        return Fault(.printerUnreachable, error.fault(role: role).detail, device: role)
    }

    /// Runs an operation after all that were asked for before it.
    private func inOrder<Value: Sendable>(
        _ operation: @escaping @Sendable (ESCPOSPrinter) async -> Value
    ) async -> Value {
        let previous = tail
        let task = Task {
            await previous?.value
            return await operation(self)
        }
        nextOperation += 1
        let number = nextOperation
        cancellations[number] = { task.cancel() }
        tail = Task { _ = await task.value }
        let value = await task.value
        cancellations[number] = nil
        return value
    }
}
