import SimulatedDevices
import Synchronization

/// Another card's answers by the letter of T=0 (ISO 7816-3 section 10.3): a command carries data or Le, never both; what
/// data would answer is announced by `61xx`; an Le that is not what there is, is told by `6Cxx`.
final class ByteProtocolCard: SimulatedCard {
    private struct State {
        var held: [UInt8] = []
        var mixed = 0
    }

    private let card: any SimulatedCard
    private let state = Mutex(State())

    init(_ card: any SimulatedCard) { self.card = card }

    /// Commands that came with data and Le.
    var mixedCommands: Int { state.withLock(\.mixed) }

    /// T=0 alone; the historical bytes say that it takes chains and the extended form (ISO 7816-4 table 88).
    var answerToReset: [UInt8]? { [0x3B, 0x05, 0x80, 0x73, 0x00, 0x21, 0xC0] }

    func reset() {
        state.withLock { $0.held = [] }
        card.reset()
    }

    func transmit(_ apdu: [UInt8]) -> [UInt8] {
        let p3 = apdu.count > 4 ? Int(apdu[4]) : 0
        if apdu.count > 5, apdu.count != 5 + p3 {
            state.withLock { $0.mixed += 1 }
            return [0x67, 0x00]
        }
        if apdu.count > 1, apdu[1] == 0xC0 { return held(upTo: p3 == 0 ? 256 : p3) }
        let (data, status) = whole(apdu)
        guard !data.isEmpty else { return status }
        if apdu.count > 5 {
            state.withLock { $0.held = data }
            return announced(data.count)
        }
        guard data.count >= 256 || p3 == data.count else { return [0x6C, UInt8(data.count)] }
        state.withLock { $0.held = data }
        return held(upTo: p3 == 0 ? 256 : p3)
    }

    /// All that the card has to say to a command.
    private func whole(_ apdu: [UInt8]) -> (data: [UInt8], status: [UInt8]) {
        var answer = card.transmit(apdu.count == 5 ? Array(apdu.prefix(4)) + [0] : apdu)
        var data = Array(answer.dropLast(2))
        while answer.dropLast().last == 0x61 {
            answer = card.transmit([0x00, 0xC0, 0x00, 0x00, 0x00])
            data += answer.dropLast(2)
        }
        return (data, Array(answer.suffix(2)))
    }

    private func held(upTo limit: Int) -> [UInt8] {
        state.withLock { state in
            guard !state.held.isEmpty else { return [0x69, 0x85] }
            guard limit <= state.held.count || limit == 256 else { return [0x6C, UInt8(state.held.count)] }
            let part = state.held.prefix(limit)
            state.held = Array(state.held.dropFirst(limit))
            return part + (state.held.isEmpty ? [0x90, 0x00] : announced(state.held.count))
        }
    }

    private func announced(_ count: Int) -> [UInt8] { [0x61, count > 255 ? 0 : UInt8(count)] }
}
