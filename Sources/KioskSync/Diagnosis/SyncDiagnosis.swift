import Foundation
import KioskModel
import KioskPlatform

/// Looks at the way to the platform layer by layer, from the cable up, and stops at the first that has failed.
///
/// It sends nothing but a request for the platform's description, and changes nothing: it may run with kioskd up or
/// down, and while messages are sent.
public struct SyncDiagnosis: Sendable {
    private let url: String?
    private let tls: PlatformTLS
    private let clock: any KioskClock
    private let queue: QueueSummary?
    private let lastFault: Fault?
    private let files: NetworkFiles

    private static let order = [
        "link", "route", "name", "connection", "clock", "tls", "authentication", "request", "server", "records",
    ]
    /// Clocks may differ this much, in seconds.
    private static let clockTolerance = 300.0

    /// `queue` is nil where the store can't be read; `lastFault` is what sending met last.
    public init(
        url: String?, tls: PlatformTLS, clock: any KioskClock, queue: QueueSummary?, lastFault: Fault?,
        files: NetworkFiles = NetworkFiles()
    ) {
        self.url = url
        self.tls = tls
        self.clock = clock
        self.queue = queue
        self.lastFault = lastFault
        self.files = files
    }

    public func view() async -> SyncDiagnosisView {
        var found = await layers()
        for layer in Self.order where !found.contains(where: { $0.layer == layer }) {
            found.append(layer == "records" ? records : SyncLayerView(layer, .unknown, ""))
        }
        let sorted = Self.order.compactMap { name in found.first { $0.layer == name } }
        return SyncDiagnosisView(platform: url, layers: sorted)
    }

    private func layers() async -> [SyncLayerView] {
        guard let url, let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty else {
            return [SyncLayerView("request", .failed, "", fault: Fault(.syncNoPlatform))]
        }
        let isSecure = parts.scheme?.lowercased() == "https"
        let port = parts.port ?? (isSecure ? 443 : 80)
        let bare = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        let isLocal = bare == "localhost" || bare.hasPrefix("127.") || bare == "::1"
        var found = [isLocal ? SyncLayerView("link", .ok, "this machine itself") : files.link]
        if found.last?.state == .failed { return found }
        found.append(isLocal ? SyncLayerView("route", .ok, "this machine itself") : files.route)
        if found.last?.state == .failed { return found }

        let addresses = await NameLookup.addresses(of: bare)
        guard !addresses.isEmpty else {
            return found + [SyncLayerView("name", .failed, bare, fault: Fault(.syncNameUnknown, bare))]
        }
        found.append(SyncLayerView("name", .ok, addresses.joined(separator: ", ")))

        let probe = ConnectionProbe(host: bare, port: port)
        if let fault = await probe.connect() {
            return found + [SyncLayerView("connection", .failed, "\(bare):\(port)", fault: fault)]
        }
        found.append(SyncLayerView("connection", .ok, "\(bare):\(port)"))
        if let layer = clockByItself { return found + [layer] }
        if isSecure {
            let layers = await secured(probe)
            found += layers
            if layers.contains(where: { $0.state == .failed }) { return found }
        } else {
            found.append(SyncLayerView("tls", .unknown, "the address is not encrypted"))
        }
        return found + (await answered(url))
    }

    // MARK: Clock and certificates

    /// A clock that says itself that it is wrong.
    private var clockByItself: SyncLayerView? {
        guard clock.stamp().quality == .untrusted else { return nil }
        let words = clock.untrustedWords
        return SyncLayerView("clock", .failed, words, fault: Fault(.syncClock, words))
    }

    private func secured(_ probe: ConnectionProbe) async -> [SyncLayerView] {
        switch await probe.handshake(tls) {
        case .success(let words): return [SyncLayerView("tls", .ok, words)]
        case .failure(let fault) where fault.code == .syncTLS:
            let now = clock.stamp()
            guard let dates = await probe.certificateDates(tls) else {
                return [SyncLayerView("tls", .failed, "", fault: fault)]
            }
            let seconds = Double(now.wall) / 1000
            let words = "valid \(dates.words), this kiosk's clock says \(now.iso8601)"
            if seconds < dates.start {
                // Platforms seldom present a certificate of tomorrow; kiosks often wake up in yesterday.
                return [SyncLayerView("clock", .failed, words, fault: Fault(.syncClock, words))]
            }
            let why = seconds > dates.end ? "expired: \(words)" : fault.detail
            return [SyncLayerView("tls", .failed, why, fault: Fault(.syncTLS, why))]
        case .failure(let fault): return [SyncLayerView("tls", .failed, fault.detail, fault: fault)]
        }
    }

    // MARK: HTTP

    private func answered(_ url: String) async -> [SyncLayerView] {
        var configuration = FHIRPlatformClient.Configuration(base: url, allowsPlainHTTP: true)
        configuration.tls = tls
        configuration.timeout = .seconds(15)
        let answer: FHIRPlatformClient.Answer
        do {
            let client = try FHIRPlatformClient(configuration)
            do {
                answer = try await client.exchange(.GET, client.url + "metadata")
            } catch {
                await client.shutdown()
                throw error
            }
            await client.shutdown()
        } catch {
            let fault = TransportFault.delivery(error).fault ?? Fault(.syncUnreachable)
            let layer =
                fault.code == .syncCertificate ? "authentication" : fault.code == .syncTLS ? "tls" : "connection"
            return [SyncLayerView(layer, .failed, fault.detail, fault: fault)]
        }
        return judged(answer)
    }

    private func judged(_ answer: FHIRPlatformClient.Answer) -> [SyncLayerView] {
        var found: [SyncLayerView] = []
        if let theirs = answer.date.flatMap(HTTPDate.parse) {
            let difference = Double(clock.stamp().wall) / 1000 - theirs
            let words = String(format: "%+.0f s from the platform's", difference)
            guard abs(difference) <= Self.clockTolerance else {
                return [SyncLayerView("clock", .failed, words, fault: Fault(.syncClock, words))]
            }
            found.append(SyncLayerView("clock", .ok, words))
        }
        let words = "HTTP \(answer.status)"
        switch answer.status {
        case 401, 403:
            return found + [SyncLayerView("authentication", .failed, words, fault: Fault(.syncAuthentication, words))]
        case 500...:
            found.append(SyncLayerView("authentication", .ok, words))
            return found + [SyncLayerView("server", .failed, words, fault: Fault(.syncServerError, words))]
        case 400..<500:
            found.append(SyncLayerView("authentication", .ok, words))
            return found + [SyncLayerView("request", .failed, words, fault: Fault(.syncServerError, words))]
        default: break
        }
        return found + sent(words)
    }

    /// The platform answers now; what sending met last may still tell more than a question does.
    private func sent(_ words: String) -> [SyncLayerView] {
        var layers = ["authentication", "request", "server"].map { SyncLayerView($0, .ok, words) }
        guard let lastFault, (queue?.pending ?? 0) > 0 else { return layers }
        let place: Int? =
            switch lastFault.code {
            case .syncAuthentication, .syncCertificate: 0
            case .syncRefused, .syncAckMismatch, .syncAnswererDoubted: 1
            case .syncServerError: 2
            default: nil
            }
        if let place {
            layers[place] = SyncLayerView(
                layers[place].layer, .failed, "when it was sent last: \(lastFault.detail)", fault: lastFault)
        }
        return layers
    }

    private var records: SyncLayerView {
        guard let queue else { return SyncLayerView("records", .unknown, "the store can't be read") }
        let words = "\(queue.pending) waiting, \(queue.quarantined) refused"
        if let lastFault, lastFault.code == .storeDamaged {
            return SyncLayerView("records", .failed, "\(words); \(lastFault.detail)", fault: lastFault)
        }
        guard queue.quarantined > 0 else { return SyncLayerView("records", .ok, words) }
        let fault = lastFault?.code == .syncRefused ? lastFault : Fault(.syncRefused, words)
        return SyncLayerView("records", .failed, words, fault: fault)
    }
}

extension Delivery {
    /// The trouble in it; nil for an acknowledgement.
    var fault: Fault? {
        switch self {
        case .acknowledged: nil
        case .refused(let fault), .doubtful(let fault), .troubled(let fault), .interrupted(let fault),
            .unavailable(let fault, _):
            fault
        }
    }
}
