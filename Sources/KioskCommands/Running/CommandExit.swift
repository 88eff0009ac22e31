import KioskModel

/// How `kioskctl` ends; scripts go by these numbers.
public enum CommandExit: Int32, Error, Sendable, Hashable, CaseIterable {
    case ok = 0
    case warning = 1
    case fault = 2
    case notFound = 3
    /// A person must look, or the machine must be restarted.
    case needsPerson = 4
    case timedOut = 5
    /// kioskd does not run; what was printed was read from disk.
    case daemonDown = 8
    case usage = 64
    case notAllowed = 77

    /// What a fault of this severity is in a view.
    init(_ severity: FaultSeverity) {
        switch severity {
        case .warning: self = .warning
        case .fault: self = .fault
        case .needsPerson: self = .needsPerson
        }
    }

    /// How a command ends that met this problem.
    init(_ code: FaultCode?) {
        switch code {
        case .apiNotFound: self = .notFound
        case .apiNotAllowed: self = .notAllowed
        case .apiUnavailable: self = .daemonDown
        case let code?: self = CommandExit(code.entry.severity)
        case nil: self = .fault
        }
    }

    /// The worst of several findings.
    static func worst(_ findings: [CommandExit]) -> CommandExit {
        findings.max { $0.rawValue < $1.rawValue } ?? .ok
    }
}
