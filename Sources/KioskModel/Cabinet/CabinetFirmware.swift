/// The firmware of the cabinet's controller, as it says itself.
public struct CabinetFirmware: Codable, Sendable, Hashable {
    public var schema = 1
    /// The one that runs, `0.4.0`.
    public let version: String
    /// `mps2-an386`, `stm32f405`, `simulated`, or a number.
    public let board: String
    /// It was installed and is not confirmed yet: it dispenses nothing, and goes back by itself.
    public let onTrial: Bool
    /// It takes images that are signed with the laboratory's key, which everybody knows.
    public let laboratoryKey: Bool
    /// A newer one that was left aside, because it did not prove itself or is damaged.
    public let abandoned: String?
    /// What lies in the other bank and would run if this one were damaged.
    public let standby: String?

    public init(
        version: String, board: String, onTrial: Bool, laboratoryKey: Bool, abandoned: String?, standby: String?
    ) {
        self.version = version
        self.board = board
        self.onTrial = onTrial
        self.laboratoryKey = laboratoryKey
        self.abandoned = abandoned
        self.standby = standby
    }
}
