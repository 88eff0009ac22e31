import KioskModel

/// Which rung a failing device is on, and what each rung was good for. Pure: the caller says what time it is.
public struct USBRecoveryLadder: Sendable, Hashable {
    public struct Count: Sendable, Hashable {
        public internal(set) var tried = 0
        /// How often the device worked after it.
        public internal(set) var helped = 0
    }

    /// The rung that comes at the next opening, or came at the last one; nil while all is well.
    public private(set) var rung: USBRecoveryRung?
    public private(set) var counts: [USBRecoveryRung: Count] = [:]
    /// Failures since the device worked last.
    public private(set) var failures = 0

    private let timing: USBRecoveryTiming
    private let steps: [USBRecoveryRung]
    private var isPending = false
    private var firstFailure: ContinuousClock.Instant?
    private var lastFailure: ContinuousClock.Instant?
    private var rounds = 0

    /// `available`: the rungs between the first and the last that can be done here; the others are left out.
    init(available: Set<USBRecoveryRung>, timing: USBRecoveryTiming) {
        self.timing = timing
        let between = USBRecoveryRung.allCases.filter { $0 != .retry && $0 != .outOfService && available.contains($0) }
        // Most trouble passes by itself: the first rung has two tries.
        steps = [.retry, .retry] + between
    }

    /// The device failed although it is attached.
    mutating func failed(at now: ContinuousClock.Instant) {
        // Out of service it is asked rarely: those failures belong together however far apart they are.
        if let lastFailure, rung != .outOfService, now - lastFailure > timing.memory { forget() }
        let first = firstFailure ?? now
        (firstFailure, lastFailure) = (first, now)
        failures += 1
        if failures > steps.count, now - first >= timing.patience {
            if rung == .outOfService { rounds += 1 }
            rung = .outOfService
        } else {
            rung = steps[min(failures, steps.count) - 1]
        }
        isPending = true
    }

    /// The device did what it is for.
    mutating func worked() {
        // One that is still to come was passed over, or its turn had not come: it helped nobody.
        if let rung, !isPending { counts[rung, default: Count()].helped += 1 }
        forget()
    }

    /// Another device, or the same one freshly plugged in: what was tried before says nothing of it.
    mutating func forget() {
        (rung, failures, firstFailure, lastFailure, rounds, isPending) = (nil, 0, nil, nil, 0, false)
    }

    /// What is left of the pause before the next attempt.
    func pause(at now: ContinuousClock.Instant) -> Duration {
        guard isPending, let rung, let lastFailure, var pause = timing.pauses[rung] else { return .zero }
        if rung == .outOfService {
            for _ in 0..<min(rounds, 16) where pause < timing.longest { pause = min(pause * 2, timing.longest) }
        }
        return max(.zero, pause - (now - lastFailure))
    }

    /// The rung that is to be done and has not been; nil where there is none.
    var due: USBRecoveryRung? { isPending ? rung : nil }

    /// The rung to do now, once for each failure.
    mutating func take() -> USBRecoveryRung? {
        guard isPending, let rung else { return nil }
        isPending = false
        counts[rung, default: Count()].tried += 1
        return rung
    }

    /// Whether a fault is the device's own failure, and no departure and nothing that trying again can't help.
    static func counts(_ fault: Fault) -> Bool {
        switch fault.code {
        case .usbTransferFailed, .usbTimeout, .readerProtocol, .printerUnreachable, .dispenserProtocol,
            .dispenserUnreachable:
            true
        default: false
        }
    }
}
