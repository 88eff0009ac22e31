import AsyncHTTPClient
import FHIRModel
import Foundation
import KioskModel
import KioskStore
import NIOCore
import NIOPosix

/// A platform that takes FHIR R4 transactions over HTTP.
public final class FHIRPlatformClient: PlatformClient {
    /// Where the platform is and how long it may take.
    public struct Configuration: Sendable {
        /// The FHIR base, for example `https://platform.example/fhir`.
        public let base: String
        /// Whether `http://` is taken: only in a laboratory.
        public let allowsPlainHTTP: Bool
        public var connectTimeout: Duration = .seconds(10)
        /// For one message, from the first byte sent to the last received.
        public var timeout: Duration = .seconds(60)
        /// Bytes of an answer beyond which it is not read.
        public var responseLimit = 4 << 20

        public init(base: String, allowsPlainHTTP: Bool) {
            self.base = base
            self.allowsPlainHTTP = allowsPlainHTTP
        }
    }

    private let configuration: Configuration
    private let url: String
    private let client: HTTPClient

    /// Throws `configBadValue` where the base is no URL, or not encrypted outside a laboratory.
    public init(_ configuration: Configuration) throws(Fault) {
        guard let parsed = URL(string: configuration.base), let scheme = parsed.scheme?.lowercased(),
            parsed.host?.isEmpty == false, parsed.query == nil, parsed.fragment == nil
        else { throw Fault(.configBadValue, "\(configuration.base) is not the URL of a platform") }
        guard scheme == "https" || scheme == "http" && configuration.allowsPlainHTTP else {
            throw Fault(.configBadValue, "the platform's URL must begin with https://")
        }
        self.configuration = configuration
        url = configuration.base.hasSuffix("/") ? configuration.base : configuration.base + "/"
        var settings = HTTPClient.Configuration()
        settings.redirectConfiguration = .disallow
        settings.timeout = .init(connect: TimeAmount(configuration.connectTimeout))
        settings.httpVersion = .http1Only
        // Retries are the sender's: it alone knows what may be sent again, and when.
        settings.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    public func deliver(_ item: OutboxItem) async -> Delivery {
        let sent: [SentEntry]
        do {
            sent = try SentEntry.of(item.body)
        } catch {
            return .refused(Fault(.syncRefused, "the queued message is not a transaction bundle"))
        }
        do {
            var request = HTTPClientRequest(url: url)
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/fhir+json")
            request.headers.add(name: "accept", value: "application/fhir+json")
            request.body = .bytes(item.body)
            let response = try await client.execute(request, timeout: TimeAmount(configuration.timeout))
            let body = try await response.body.collect(upTo: configuration.responseLimit)
            return Acknowledgement(
                status: Int(response.status.code), retryAfter: response.headers.first(name: "retry-after"),
                body: Array(body.readableBytesView)
            ).delivery(of: sent)
        } catch is NIOTooManyBytesError {
            return .doubtful(Fault(.syncAckMismatch, "the answer is larger than \(configuration.responseLimit) bytes"))
        } catch {
            return .unavailable(Fault(.syncUnreachable, Self.words(error)), retryAfter: nil)
        }
    }

    public func shutdown() async { try? await client.shutdown() }

    // A client that is let go without a shutdown is a crash in debug builds.
    deinit { client.shutdown { _ in } }

    /// Short and without addresses' secrets: the error's own kind.
    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription
        case let error as NIOConnectionError: "can't connect to \(error.host):\(error.port)"
        case let error as IOError: "\(String(cString: strerror(error.errnoCode)))"
        default: "\(type(of: error))"
        }
    }
}

extension TimeAmount {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
