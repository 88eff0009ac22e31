import KioskModel

/// Why the local API gave no answer, or which problem it answered with.
public enum APIClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// kioskd answered with a problem; also where the socket itself may not be opened (K-API-005).
    case problem(Problem)
    /// Nobody listens at the socket.
    case daemonDown(String)
    /// kioskd took the connection and did not answer in time.
    case timeout
    /// What came back is no answer of this API, or it broke off.
    case `protocol`(String)

    /// The trouble's code in the fault table, where it has one.
    public var code: FaultCode? {
        switch self {
        case .problem(let problem): FaultCode(rawValue: problem.code)
        case .daemonDown: .apiUnavailable
        case .timeout, .protocol: nil
        }
    }

    public var description: String {
        switch self {
        case .problem(let problem): "\(problem.code) \(problem.title): \(problem.detail)"
        case .daemonDown(let detail): "kioskd is not running: \(detail)"
        case .timeout: "kioskd did not answer in time"
        case .protocol(let detail): "not an answer of kioskd: \(detail)"
        }
    }
}
