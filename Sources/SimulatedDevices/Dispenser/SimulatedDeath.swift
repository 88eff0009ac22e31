/// A scripted end of the controller in the middle of the next order, after `started` is in its journal.
public enum SimulatedDeath: String, Sendable, Hashable, CaseIterable {
    /// Power is lost and comes back, before the box has fallen.
    case powerLossBeforeDrop
    /// Power is lost and comes back, when the box has fallen and the result is not written.
    case powerLossAfterDrop
    /// The same, and what comes back is a controller whose journal is blank: its memory failed or was exchanged.
    case journalLossAfterDrop
    /// It stops answering, until `reboot`.
    case hang

    var isAfterDrop: Bool { self == .powerLossAfterDrop || self == .journalLossAfterDrop }
}
