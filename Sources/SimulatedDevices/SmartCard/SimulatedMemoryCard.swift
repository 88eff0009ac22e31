import Synchronization

/// A card that keeps what is put into it (PUT DATA, INS DB) and gives it back (GET DATA, INS CB); its historical bytes
/// say how long commands reach it (ISO 7816-4 table 88).
public final class SimulatedMemoryCard: SimulatedCard {
    private struct State {
        var memory: [UInt8] = []
        var chained: [UInt8] = []
        var pending = SimulatedPendingData()
        var lengths: [Int] = []
    }

    private let takesExtended: Bool
    private let state = Mutex(State())

    public init(takesExtended: Bool) { self.takesExtended = takesExtended }

    public var memory: [UInt8] { state.withLock(\.memory) }
    /// The length of each command that came, in bytes.
    public var commandLengths: [Int] { state.withLock(\.lengths) }

    public var answerToReset: [UInt8]? {
        // T=1; card capabilities: command chaining, and the extended form where it takes it.
        let bytes: [UInt8] = [0x85, 0x01, 0x80, 0x73, 0x00, 0x21, takesExtended ? 0xC0 : 0x80]
        return [0x3B] + bytes + [bytes.reduce(0, ^)]
    }

    public func reset() {
        state.withLock { state in
            state.chained = []
            state.pending.clear()
        }
    }

    public func transmit(_ apdu: [UInt8]) -> [UInt8] {
        guard let command = SimulatedAPDU(apdu) else { return SimulatedAnswer.status(0x6700) }
        return state.withLock { state in
            state.lengths.append(apdu.count)
            guard takesExtended || command.data.count <= 255 else { return SimulatedAnswer.status(0x6700) }
            switch (command.cla, command.ins) {
            case (0x10, 0xDB):
                state.chained += command.data
                return SimulatedAnswer.status(0x9000)
            case (0x00, 0xDB):
                state.memory = state.chained + command.data
                state.chained = []
                return SimulatedAnswer.status(0x9000)
            case (0x00, 0xCB): return state.pending.answer(state.memory, upTo: command.expected ?? 256)
            case (0x00, 0xC0): return state.pending.getResponse(upTo: command.expected ?? 256)
            default: return SimulatedAnswer.status(0x6D00)
            }
        }
    }
}
