import AsyncHTTPClient
import FHIRModel
import Foundation
import KioskModel
import KioskPlatform
import KioskStore
import NIOCore
import Synchronization

/// A platform that takes FHIR R4 transactions over HTTP, and batches of them where it can.
public final class FHIRPlatformClient: PlatformClient {
    /// Where the platform is and how long it may take.
    public struct Configuration: Sendable {
        /// The FHIR base, for example `https://platform.example/fhir`.
        public let base: String
        /// Whether `http://` is taken: only in a laboratory.
        public let allowsPlainHTTP: Bool
        public var tls = PlatformTLS()
        public var connectTimeout: Duration = .seconds(10)
        /// For one request, from the first byte sent to the last received.
        public var timeout: Duration = .seconds(60)
        /// Bytes of an answer beyond which it is not read.
        public var responseLimit = 4 << 20
        /// Takes the audit chain's checkpoint along and its countersignature back; nil for none.
        public var witness: WitnessExchange?
        /// Learns the time from the platform's answers over TLS; nil for none.
        public var clock: (any KioskClock)?
        /// Bytes of a body from which on it is compressed.
        public var compressFrom = 1024

        public init(base: String, allowsPlainHTTP: Bool) {
            self.base = base
            self.allowsPlainHTTP = allowsPlainHTTP
        }
    }

    struct Answer: Sendable {
        let status: Int
        let retryAfter: String?
        /// The platform's clock, as an HTTP date.
        let date: String?
        let witness: String?
        let body: [UInt8]
    }

    let configuration: Configuration
    /// The base with a slash at its end.
    let url: String
    private let connection: ReloadingHTTPClient
    private let compression = Atomic(Compression.untried.rawValue)

    /// When the clock learnt from an answer last, in nanoseconds of the monotonic clock, and how long that is enough.
    private let learnt = Atomic<UInt64>(0)
    private static let learningPause: UInt64 = 60_000_000_000

    private enum Compression: Int { case untried, taken, refused }

    static let fhir = "application/fhir+json"

    /// Throws `configBadValue` where the base is no URL, or not encrypted outside a laboratory.
    public init(_ configuration: Configuration) throws(Fault) {
        try Self.check(configuration.base, allowsPlainHTTP: configuration.allowsPlainHTTP)
        self.configuration = configuration
        url = configuration.base.hasSuffix("/") ? configuration.base : configuration.base + "/"
        connection = ReloadingHTTPClient(
            tls: configuration.tls, connectTimeout: TimeAmount(configuration.connectTimeout))
    }

    /// Throws `configBadValue` where this is no address for a platform.
    public static func check(_ base: String, allowsPlainHTTP: Bool) throws(Fault) {
        guard let parsed = URL(string: base), let scheme = parsed.scheme?.lowercased(),
            parsed.host?.isEmpty == false, parsed.user == nil, parsed.query == nil, parsed.fragment == nil
        else { throw Fault(.configBadValue, "\(base.prefix(80)) is not the URL of a platform") }
        guard scheme == "https" || scheme == "http" && allowsPlainHTTP else {
            throw Fault(.configBadValue, "the platform's URL must begin with https://")
        }
    }

    /// How often the certificate files were loaded, and why the newest were not.
    public var certificates: (loads: Int, problem: Fault?) {
        get async { (await connection.generation, await connection.problem) }
    }

    public func deliver(_ item: OutboxItem) async -> Delivery {
        guard let sent = try? SentEntry.of(item.body) else {
            return .refused(Fault(.syncRefused, "the queued message is not a transaction bundle"))
        }
        do {
            let answer = try await post(item.body)
            return Acknowledgement(status: answer.status, retryAfter: answer.retryAfter, body: answer.body)
                .delivery(of: sent)
        } catch is NIOTooManyBytesError {
            return .doubtful(tooLarge)
        } catch {
            return TransportFault.delivery(error)
        }
    }

    public func deliver(_ items: [OutboxItem]) async -> BatchDelivery {
        if let only = items.first, items.count == 1 { return .each([await deliver(only)]) }
        let batch = items.compactMap { try? SentEntry.of($0.body) }
        guard batch.count == items.count else {
            // Sent alone, the one that is no transaction is named.
            return .whole(.refused(Fault(.syncRefused, "a queued message is not a transaction bundle")))
        }
        do {
            let answer = try await post(BatchBundle.bytes(items))
            return Acknowledgement(status: answer.status, retryAfter: answer.retryAfter, body: answer.body)
                .delivery(of: batch)
        } catch is NIOTooManyBytesError {
            return .whole(.doubtful(tooLarge))
        } catch {
            return .whole(TransportFault.delivery(error))
        }
    }

    public func shutdown() async { await connection.shutdown() }

    // MARK: HTTP

    private var tooLarge: Fault {
        Fault(.syncAckMismatch, "the answer is larger than \(configuration.responseLimit) bytes")
    }

    /// Compressed where that is worth it. No record is refused for its compression's sake: where a compressed body
    /// is not taken, it goes again as it is, and so does everything after it.
    private func post(_ body: [UInt8]) async throws -> Answer {
        let seen = Compression(rawValue: compression.load(ordering: .relaxed)) ?? .untried
        guard body.count >= configuration.compressFrom, seen != .refused, let small = try? Gzip.compress(body)
        else { return try await posted(body) }
        let answer = try await posted(small, encoding: "gzip")
        if (200..<300).contains(answer.status) { compression.store(Compression.taken.rawValue, ordering: .relaxed) }
        guard answer.status == 415 || answer.status == 400 && seen == .untried else { return answer }
        let plain = try await posted(body)
        if answer.status == 415 || (200..<300).contains(plain.status) {
            compression.store(Compression.refused.rawValue, ordering: .relaxed)
        }
        return plain
    }

    private func posted(_ body: [UInt8], encoding: String? = nil) async throws -> Answer {
        let checkpoint = await configuration.witness?.next()
        let answer = try await exchange(.POST, url, body: body, encoding: encoding, checkpoint: checkpoint)
        if (200..<300).contains(answer.status) { await configuration.witness?.take(answer.witness) }
        return answer
    }

    func exchange(
        _ method: HTTPMethod, _ url: String, body: [UInt8]? = nil, encoding: String? = nil, checkpoint: String? = nil,
        accept: String = FHIRPlatformClient.fhir
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method.rawValue)
        request.headers.add(name: "accept", value: accept)
        if let body {
            request.headers.add(name: "content-type", value: Self.fhir)
            if let encoding { request.headers.add(name: "content-encoding", value: encoding) }
            request.body = .bytes(body)
        }
        if let checkpoint { request.headers.add(name: WitnessExchange.checkpoint, value: checkpoint) }
        let client = try await connection.current()
        let response = try await client.execute(request, timeout: TimeAmount(configuration.timeout))
        let bytes = try await response.body.collect(upTo: configuration.responseLimit)
        await learnTime(response.headers.first(name: "date"))
        return Answer(
            status: Int(response.status.code), retryAfter: response.headers.first(name: "retry-after"),
            date: response.headers.first(name: "date"),
            witness: response.headers.first(name: WitnessExchange.witness), body: Array(bytes.readableBytesView))
    }

    /// Whoever answers over TLS is the platform, and nobody between has changed its date.
    private func learnTime(_ date: String?) async {
        guard let clock = configuration.clock, let date, url.lowercased().hasPrefix("https:") else { return }
        let now = clock.stamp().monotonic
        let last = learnt.load(ordering: .relaxed)
        guard last == 0 || now &- last >= Self.learningPause, let seconds = HTTPDate.parse(date), abs(seconds) < 1e11
        else { return }
        learnt.store(max(1, now), ordering: .relaxed)
        await clock.learn(Int64(seconds * 1000), isNow: true)
    }

    enum HTTPMethod: String { case GET, POST }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
