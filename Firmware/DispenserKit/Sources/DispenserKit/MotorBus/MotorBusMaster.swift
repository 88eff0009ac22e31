/// The controller's side of the motor bus: keeps asking, and says what the driver saw last.
///
/// Where a question stays without an answer for a second, nothing is known: then the door counts as open, and sooner
/// the light curtain as blind, so that nothing turns and nothing is believed.
public struct MotorBusMaster<Link: SerialLink> {
    private static var interval: UInt32 { 15 }
    private static var patience: UInt32 { 60 }
    private static var silence: UInt32 { 1000 }
    /// Shorter than the time in which a box may still fall: a silence that hides all of it is known as one.
    private static var blindness: UInt32 { 300 }
    private static var doubt: UInt32 { 500 }
    private static var pause: UInt32 { 50 }

    public var link: Link
    /// Nil until the driver has said it.
    public private(set) var description: MotorBusDescription?
    private var state: MotorBusState?
    private var decoder = FrameDecoder()
    private var command = MotorCommand(.stop, motion: 0)
    private var sequence: UInt16 = 0
    private var now: UInt32 = 0
    /// When the first question was asked that has no answer yet.
    private var askedAt: UInt32 = 0
    private var sentAt: UInt32 = 0
    /// When the question was asked whose answer is `state`.
    private var seenAt: UInt32 = 0
    private var isAnswered = true
    private var takenDrops: UInt8 = 0
    private var restartedAt: UInt32?
    private var hasToldAbsence = false
    private var wantsLatch = false
    private var asksForLatch = false

    public init(link: consuming Link) { self.link = link }

    /// Takes what came and asks again when it is time. Call it as often as possible.
    public mutating func poll(now: UInt32) {
        let gap = now &- self.now
        self.now = now
        // Time in which the controller itself stood still (a write to its memory) is not the driver's silence.
        if gap > Self.pause { askedAt &+= gap }
        if let restart = restartedAt, now &- restart > Self.doubt { restartedAt = nil }
        while let byte = link.receive() {
            // A broken frame is asked for again.
            guard let frame = try? decoder.push(byte), frame.sequence == sequence else { continue }
            if let message = try? MotorBusMessage(frame) { take(message) }
        }
        if now &- sentAt >= (isAnswered ? Self.interval : Self.patience) { ask() }
    }

    private mutating func take(_ message: MotorBusMessage) {
        switch message {
        case .description(let told): description = told
        case .state(let seen):
            if asksForLatch { wantsLatch = false }
            take(seen)
        case .describe, .command, .releaseLatch: return
        }
        isAnswered = true
    }

    private mutating func take(_ seen: MotorBusState) {
        if seen.epoch != state?.epoch {
            // A driver that started afresh has lost count: nothing it says now proves what fell before.
            // An order under way sees the curtain fail for a moment, and remembers.
            restartedAt = state == nil ? nil : now
            takenDrops = seen.drops
            command = MotorCommand(.stop, motion: seen.motion)
        } else if command.action == .start, seen.motion == command.motion {
            command.action = .keep
        }
        state = seen
        seenAt = sentAt
    }

    private mutating func ask() {
        sequence &+= 1
        asksForLatch = description != nil && wantsLatch && command.action == .stop
        let message: MotorBusMessage =
            asksForLatch ? .releaseLatch : description == nil ? .describe : .command(command)
        link.send(message.frame(sequence: sequence).encoded())
        sentAt = now
        if isAnswered { askedAt = now }
        isAnswered = false
    }

    private func isSilent(for limit: UInt32) -> Bool { state == nil || !isAnswered && now &- askedAt > limit }
}

// MARK: - What the controller asks for

extension MotorBusMaster {
    public mutating func start(_ slot: UInt16, for time: UInt32) {
        guard let state else { return }
        command = MotorCommand(.start, motion: state.motion &+ 1, slot: slot, time: time)
        hasToldAbsence = false
        ask()
    }

    public mutating func stop() {
        guard state != nil, command.action != .stop else { return }
        command = MotorCommand(.stop, motion: command.motion)
        ask()
    }

    /// Lets the door's latch go, as soon as the driver hears it; a motor that turns comes first.
    public mutating func releaseLatch() {
        guard command.action == .stop else { return }
        wantsLatch = true
        ask()
    }

    public func exists(_ slot: UInt16) -> Bool { description?.slots.contains(slot) ?? false }

    /// While a motor turns its absence from home is told once at least, however short it was.
    public mutating func isHome(_ slot: UInt16) -> Bool {
        guard let state, state.home.contains(slot) else { return false }
        guard command.action != .stop, command.slot == slot, !hasToldAbsence else { return true }
        guard state.motion == command.motion, state.hasLeftHome else { return true }
        hasToldAbsence = true
        return false
    }

    public var current: UInt16 { state?.current ?? 0 }
    public var isDoorOpen: Bool { isSilent(for: Self.silence) || state?.isDoorOpen ?? true }
    public var isCurtainWorking: Bool {
        !isSilent(for: Self.blindness) && restartedAt == nil && !(state?.isCurtainBlind ?? true)
    }

    /// Forgets what fell so far.
    public mutating func arm() {
        takenDrops = state?.drops ?? 0
    }

    /// Milliseconds since the question was asked by whose answer drops are counted.
    public var age: UInt32 { now &- seenAt }

    /// How many boxes fell since the last call.
    public mutating func takeDrops() -> UInt8 {
        guard let state else { return 0 }
        let fallen = state.drops &- takenDrops
        takenDrops = state.drops
        return fallen
    }
}
