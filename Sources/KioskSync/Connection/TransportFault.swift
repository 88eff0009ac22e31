import AsyncHTTPClient
import Foundation
import KioskModel
import NIOCore
import NIOPosix
import NIOSSL

/// What an exchange that brought no answer means; the one mapping of the HTTP and TLS libraries' errors.
enum TransportFault {
    static func delivery(_ error: any Error) -> Delivery {
        switch error {
        case let fault as Fault: return .unavailable(fault, retryAfter: nil)
        case let error as NIOConnectionError:
            // Without an address nothing was tried.
            let isName = error.connectionErrors.isEmpty
            return .unavailable(
                Fault(isName ? .syncNameUnknown : .syncUnreachable, "can't connect to \(error.host):\(error.port)"),
                retryAfter: nil)
        // To an address that needed no looking up, a connection fails with the system's own word.
        case let error as IOError where !brokenConnections.contains(error.errnoCode):
            let isRoute = [ENETUNREACH, EHOSTUNREACH, ENETDOWN].contains(error.errnoCode)
            return .unavailable(Fault(isRoute ? .syncNoRoute : .syncUnreachable, words(error)), retryAfter: nil)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            return .unavailable(tls(error), retryAfter: nil)
        case let error as HTTPClientError where error == .connectTimeout:
            return .unavailable(Fault(.syncUnreachable, "no connection in time"), retryAfter: nil)
        default: return .interrupted(Fault(.syncUnreachable, words(error)))
        }
    }

    /// What the system says of a connection that was there.
    private static let brokenConnections: Set<CInt> = [ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN]

    /// An alert is the platform's word on our certificate; everything else is ours on the platform's.
    static func tls(_ error: any Error) -> Fault {
        let text = "\(error)"
        if text.contains("ALERT") {
            return Fault(.syncCertificate, "the platform refuses this kiosk's certificate: \(reason(text))")
        }
        return Fault(.syncTLS, reason(text))
    }

    /// BoringSSL's own word of many, for example `CERTIFICATE_VERIFY_FAILED`.
    private static func reason(_ text: String) -> String {
        let words = text.split { !($0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_")) }
        return words.filter { $0.contains("_") }.max { $0.count < $1.count }.map(String.init) ?? String(text.prefix(80))
    }

    /// Short and without addresses' secrets: the error's own kind.
    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription
        case let error as IOError: "\(String(cString: strerror(error.errnoCode)))"
        default: "\(type(of: error))"
        }
    }
}
