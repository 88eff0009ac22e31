/// A card at its contacts: answers to reset and to APDUs, nothing above.
///
/// The reader calls it from one place at a time.
public protocol SimulatedCard: AnyObject, Sendable {
    /// ISO 7816-3; nil for a card that stays mute.
    var answerToReset: [UInt8]? { get }
    /// A cold reset: what was selected or verified is forgotten.
    func reset()
    /// One command APDU; the answer ends with SW1 SW2.
    func transmit(_ apdu: [UInt8]) -> [UInt8]
    /// The values of bPowerSelect at which it answers: 1 for 5 V, 2 for 3 V, 3 for 1.8 V.
    var powerSelections: Set<UInt8> { get }
}

extension SimulatedCard {
    /// A card of class AB and C: any voltage.
    public var powerSelections: Set<UInt8> { [1, 2, 3] }
}
