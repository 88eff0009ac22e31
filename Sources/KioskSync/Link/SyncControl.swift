import KioskModel

/// What the agent can ask of the way to the platform.
public protocol SyncControl: Sendable {
    func status() async throws(Fault) -> SyncStatusView
    /// What sending met last, until something is acknowledged again.
    func lastFault() async -> Fault?
    func diagnose() async -> SyncDiagnosisView
    func sendNow() async
    /// Sends to another platform from now on. Throws `configBadValue`, or what keeping the order met.
    func readdress(_ url: String, by person: String) async throws(Fault)
}
