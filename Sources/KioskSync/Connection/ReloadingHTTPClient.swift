import AsyncHTTPClient
import KioskModel
import NIOCore

/// One HTTP client for as long as the certificate files stay as they are; then another.
actor ReloadingHTTPClient {
    private let tls: PlatformTLS
    private let connectTimeout: TimeAmount
    private var client: HTTPClient?
    private var loaded: [FileMark?] = []
    /// How many clients there have been.
    private(set) var generation = 0
    /// Why the files as they are now can't be used, while the connection goes on with what they held before.
    private(set) var problem: Fault?

    init(tls: PlatformTLS, connectTimeout: TimeAmount) {
        self.tls = tls
        self.connectTimeout = connectTimeout
    }

    /// The client for the files as they are. Where they can't be used, the one before stays.
    ///
    /// Throws `syncCertificate` where there was none before.
    func current() throws(Fault) -> HTTPClient {
        let marks = tls.fingerprint
        if let client, marks == loaded { return client }
        do throws(Fault) {
            var settings = HTTPClient.Configuration(tlsConfiguration: try tls.configuration())
            settings.redirectConfiguration = .disallow
            settings.timeout = .init(connect: connectTimeout)
            settings.httpVersion = .http1Only
            // Retries are the sender's: it alone knows what may be sent again, and when.
            settings.connectionPool.retryConnectionEstablishment = false
            let fresh = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
            client?.shutdown { _ in }
            client = fresh
            generation += 1
            problem = nil
            loaded = marks
            return fresh
        } catch {
            problem = error
            guard let client else { throw error }
            return client
        }
    }

    func shutdown() async {
        let last = client
        client = nil
        try? await last?.shutdown()
    }

    // A client that is let go without a shutdown is a crash in debug builds.
    deinit { client?.shutdown { _ in } }
}
