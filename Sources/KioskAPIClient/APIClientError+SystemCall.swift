import Foundation
import KioskModel
import KioskPlatform

extension APIClientError {
    /// What an error of the socket means for the caller.
    init(_ error: any Error) {
        switch error {
        case let error as APIClientError: self = error
        case let error as SystemCallError: self.init(systemCall: error)
        case is CancellationError: self = .protocol("cancelled")
        default: self = .protocol("\(error)")
        }
    }

    private init(systemCall error: SystemCallError) {
        let isConnect = error.call.hasPrefix("connect")
        switch error.code {
        case ENOENT, ECONNREFUSED, ENOTSOCK: self = .daemonDown(error.description)
        case EACCES, EPERM: self = .problem(Problem(Fault(.apiNotAllowed, error.description), status: 403))
        case ETIMEDOUT: self = .timeout
        case ECONNRESET where isConnect: self = .daemonDown(error.description)
        default: self = .protocol(error.description)
        }
    }
}
