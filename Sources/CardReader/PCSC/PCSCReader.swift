import KioskModel
import Synchronization

/// One of pcscd's readers, for this program alone while a card is powered.
final class PCSCReader: SmartCardReader {
    let role: String
    let identity: ReaderIdentity
    let name: String
    let notifies = true
    let work: PCSCCaller
    let watch: PCSCCaller
    private let timeouts: PCSCTimeouts
    /// How the slot stood when it was told last.
    private let told = Mutex<PCSCContext.SlotState?>(nil)
    private let extended = Mutex(false)

    init(
        role: String, name: String, identity: ReaderIdentity, work: PCSCCaller, watch: PCSCCaller,
        timeouts: PCSCTimeouts
    ) {
        self.role = role
        self.name = name
        self.identity = identity
        self.work = work
        self.watch = watch
        self.timeouts = timeouts
    }

    /// Of the card that was powered last.
    var takesExtendedAPDU: Bool { extended.withLock(\.self) }

    func cardState() async throws(Fault) -> CardState {
        let state = try await work.call("slot status", within: timeouts.call) {
            [name] context throws(PCSCError) -> (isActive: Bool, slot: PCSCContext.SlotState?) in
            if try context.holdsCard() { return (true, nil) }
            return (false, try context.state(of: name, after: nil, milliseconds: 0))
        }
        if state.isActive { return .active }
        guard let slot = state.slot, !slot.isGone else {
            throw PCSCError.unknownReader.fault(role: role, "slot status")
        }
        return slot.isPresent ? .inactive : .absent
    }

    func powerOn() async throws(Fault) -> AnswerToReset {
        let (bytes, takesExtended) = try await work.call("power on", within: timeouts.powerOn) {
            [name] context throws(PCSCError) in try context.connect(name)
        }
        extended.withLock { $0 = takesExtended }
        guard let answer = AnswerToReset(parsing: bytes) else {
            throw Fault(.cardMute, "the answer to reset makes no sense", device: role)
        }
        return answer
    }

    func powerOff(within limit: Duration?) async throws(Fault) {
        try await work.call("power off", within: limit ?? timeouts.call) { context in context.disconnect() }
    }

    func transmit(_ apdu: [UInt8]) async throws(Fault) -> [UInt8] {
        let answer = try await work.call("transmit", within: timeouts.transfer) { context in
            context.exchange(apdu)
        }
        if case .success(let bytes) = answer, bytes.count > 1 { return bytes }
        // Drivers tell a pull as a failed exchange, or as an answer of no bytes; pcscd looks every 400 ms.
        let deadline = ContinuousClock.now + .seconds(1)
        repeat {
            let isThere = try await work.call("card status", within: timeouts.call) { context throws(PCSCError) in
                try context.holdsCard()
            }
            guard isThere else { throw PCSCError.removedCard.fault(role: role, "transmit") }
            try? await Task.sleep(for: .milliseconds(100))
        } while ContinuousClock.now < deadline
        guard case .failure(let error) = answer else { throw Fault(.cardMute, "an empty answer", device: role) }
        throw error.fault(role: role, "transmit")
    }

    /// The first answer tells how things stand; then each waits until pcscd has news.
    func slotChange(within limit: Duration) async throws(Fault) -> Bool? {
        let known = told.withLock { $0 }
        let milliseconds = UInt(max(0, limit / .milliseconds(1)))
        let state = try await watch.call("waiting for a card", within: limit + timeouts.call) {
            [name] context throws(PCSCError) in
            try context.state(of: name, after: known, milliseconds: milliseconds)
        }
        guard let state else { return nil }
        guard !state.isGone else { throw PCSCError.unknownReader.fault(role: role, "waiting for a card") }
        told.withLock { $0 = state }
        guard let known else { return false }
        // Who finds a card although the slot was just empty, or had two events at once, finds another one.
        return !state.isPresent || state.events &- known.events > 1
    }
}
