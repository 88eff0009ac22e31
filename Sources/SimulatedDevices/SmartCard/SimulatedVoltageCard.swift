/// A card that answers at one voltage alone, else as the card within.
public final class SimulatedVoltageCard: SimulatedCard {
    private let card: any SimulatedCard
    public let powerSelections: Set<UInt8>

    /// `select`: the bPowerSelect at which it answers; 1 for 5 V, 2 for 3 V, 3 for 1.8 V.
    public init(_ card: any SimulatedCard, only select: UInt8) {
        self.card = card
        powerSelections = [select]
    }

    public var answerToReset: [UInt8]? { card.answerToReset }

    public func reset() { card.reset() }

    public func transmit(_ apdu: [UInt8]) -> [UInt8] { card.transmit(apdu) }
}
