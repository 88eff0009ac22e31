/// A scripted end of the controller in the middle of the next order, after `started` is in its journal.
public enum SimulatedDeath: String, Sendable, Hashable, CaseIterable {
    /// Power is lost and comes back, before the box has fallen.
    case powerLossBeforeDrop
    /// Power is lost and comes back, when the box has fallen and the result is not written.
    case powerLossAfterDrop
    /// It stops answering, until `reboot`.
    case hang
}
