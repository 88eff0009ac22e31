/// A card of another kind, a bus card for example: it answers to reset and knows none of the applications.
public final class SimulatedWrongCard: SimulatedCard {
    public init() {}

    public var answerToReset: [UInt8]? { [0x3B, 0x65, 0x00, 0x00, 0x42, 0x55, 0x53, 0x30, 0x31] }

    public func reset() {}

    public func transmit(_ apdu: [UInt8]) -> [UInt8] {
        guard let command = SimulatedAPDU(apdu) else { return SimulatedAnswer.status(0x6700) }
        return SimulatedAnswer.status(command.ins == 0xA4 ? 0x6A82 : 0x6D00)
    }
}
