/// How urgent a message to the platform is.
public enum OutboxPriority: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// P0: what somebody must know now, such as an alert.
    case safety = 0
    /// P1: visits with all that belongs to them.
    case clinical = 1
    /// P2: attendance.
    case administrative = 2
    /// P3: heartbeats. Not kept with the records: the newest replaces what was not sent.
    case telemetry = 3

    public static func < (left: OutboxPriority, right: OutboxPriority) -> Bool { left.rawValue < right.rawValue }
}
