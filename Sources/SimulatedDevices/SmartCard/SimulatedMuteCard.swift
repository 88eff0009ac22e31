/// A card that does not answer: chip worn off, dirty, or the wrong way round.
public final class SimulatedMuteCard: SimulatedCard {
    public init() {}

    public var answerToReset: [UInt8]? { nil }

    public func reset() {}

    public func transmit(_ apdu: [UInt8]) -> [UInt8] { [] }
}
