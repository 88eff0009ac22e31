import Synchronization

/// A social security card at its contacts: the application with files EF05 and EF06, read by tag without keys.
///
/// It answers as a card under T=0 does: `61xx` after SELECT by name, `6Cxx` where Le is not the record's length.
public final class SimulatedSocialSecurityCard: SimulatedCard {
    private struct State {
        var records: [UInt16: [UInt8: [UInt8]]]
        var isSelected = false
        var file: UInt16?
        var pending = SimulatedPendingData()
    }

    private static let application: [UInt8] = [
        0x73, 0x78, 0x31, 0x2E, 0x73, 0x68, 0x2E, 0xC9, 0xE7, 0xBB, 0xE1, 0xB1, 0xA3, 0xD5, 0xCF,
    ]

    private let state: Mutex<State>

    public init(holder: SimulatedCardHolder) { state = Mutex(State(records: holder.records)) }

    /// Puts raw bytes (tag, length, value, or something broken) in place of a record; nil removes it.
    public func replaceRecord(file: UInt16, tag: UInt8, with bytes: [UInt8]?) {
        state.withLock { $0.records[file, default: [:]][tag] = bytes }
    }

    public var answerToReset: [UInt8]? { [0x3B, 0x66, 0x00, 0x00, 0x53, 0x53, 0x53, 0x45, 0x33, 0x30] }

    public func reset() {
        state.withLock {
            ($0.isSelected, $0.file) = (false, nil)
            $0.pending.clear()
        }
    }

    public func transmit(_ apdu: [UInt8]) -> [UInt8] {
        guard let command = SimulatedAPDU(apdu) else { return SimulatedAnswer.status(0x6700) }
        return state.withLock { state in
            switch (command.cla, command.ins) {
            case (0x00, 0xA4): Self.select(command, &state)
            case (0x00, 0xB2): Self.readRecord(command, &state)
            case (0x00, 0xC0): state.pending.getResponse(upTo: command.expected ?? 256)
            default: SimulatedAnswer.status(0x6D00)
            }
        }
    }

    private static func select(_ command: SimulatedAPDU, _ state: inout State) -> [UInt8] {
        switch (command.p1, command.data.count) {
        case (0x04, _):
            guard command.data == application else { return SimulatedAnswer.status(0x6A82) }
            (state.isSelected, state.file) = (true, nil)
            let information = [0x84, UInt8(application.count)] + application
            return state.pending.hold([0x6F, UInt8(information.count)] + information)
        case (0x02, 2):
            let file = UInt16(command.data[0]) << 8 | UInt16(command.data[1])
            guard state.isSelected, state.records[file] != nil else { return SimulatedAnswer.status(0x6A82) }
            state.file = file
            return SimulatedAnswer.status(0x9000)
        default: return SimulatedAnswer.status(0x6A86)
        }
    }

    private static func readRecord(_ command: SimulatedAPDU, _ state: inout State) -> [UInt8] {
        guard let file = state.file else { return SimulatedAnswer.status(0x6986) }
        guard let record = state.records[file]?[command.p1] else { return SimulatedAnswer.status(0x6A83) }
        guard command.expected == record.count || record.count > 255 else { return [0x6C, UInt8(record.count)] }
        return state.pending.answer(record, upTo: 256)
    }
}
