/// What a script asks of a cabinet that has no such part.
public enum SimulatedCabinetError: Error, Sendable, Hashable, CustomStringConvertible {
    case noSuchSlot(Int)

    public var description: String {
        switch self {
        case .noSuchSlot(let slot): "the cabinet has no slot \(slot)"
        }
    }
}
