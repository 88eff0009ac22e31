import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore

/// The kiosk's one way to its platform: address, connection, orders from there, and the sender.
public actor PlatformLink: SyncControl, PlatformClient {
    public struct Settings: Sendable {
        public let kiosk: String
        public let configuredURL: String?
        public let allowsPlainHTTP: Bool
        /// Where the kiosk's data lie: address and ratchet are kept beside the store.
        public let folder: String
        public var tls = PlatformTLS()
        /// The Ed25519 public key that orders are checked by.
        public var envelopeKey: String?

        public init(kiosk: String, configuredURL: String?, allowsPlainHTTP: Bool, folder: String) {
            self.kiosk = kiosk
            self.configuredURL = configuredURL
            self.allowsPlainHTTP = allowsPlainHTTP
            self.folder = folder
        }
    }

    private let settings: Settings
    private let store: Store
    private let clock: any KioskClock
    private let pace: Pace
    private let onEvent: @Sendable (SyncEvent) -> Void
    private let downlink: Downlink
    private var address: PlatformAddress
    private let witness: WitnessExchange?
    private var client: FHIRPlatformClient?
    private var sender: OutboxSender?

    /// Throws `configBadValue` where the address is no platform's, `registryBadSignature` where the key is none.
    public init(
        _ settings: Settings, store: Store, clock: any KioskClock, pace: Pace = Pace(),
        onEvent: @escaping @Sendable (SyncEvent) -> Void
    ) throws(Fault) {
        self.settings = settings
        self.store = store
        self.clock = clock
        self.pace = pace
        self.onEvent = onEvent
        downlink = try Downlink(
            kiosk: settings.kiosk, keyHex: settings.envelopeKey, store: store, folder: settings.folder, clock: clock)
        let witness = try settings.envelopeKey.map { hex throws(Fault) in
            WitnessExchange(store: store, key: try EnvelopeKey(hex: hex)) { onEvent(.failed($0)) }
        }
        self.witness = witness
        let address = PlatformAddress.read(folder: settings.folder, configured: settings.configuredURL)
        self.address = address
        client = try address.url.map { url throws(Fault) in try Self.client(url, settings, witness, clock) }
    }

    /// Sends until the task is cancelled.
    public func run() async {
        let sender = OutboxSender(store: store, client: self, clock: clock, pace: pace, onEvent: onEvent) {
            [weak self] isProbe in await self?.prepare(isProbe)
        }
        self.sender = sender
        do throws(Fault) {
            try await AddressRecord.keep(address, in: store, at: clock.stamp())
        } catch {
            onEvent(.failed(error))
        }
        await sender.run()
        await client?.shutdown()
    }

    // MARK: For the sender

    public func deliver(_ item: OutboxItem) async -> Delivery {
        await client?.deliver(item) ?? .unavailable(Fault(.syncNoPlatform), retryAfter: nil)
    }

    public func deliver(_ items: [OutboxItem]) async -> BatchDelivery {
        await client?.deliver(items) ?? .whole(.unavailable(Fault(.syncNoPlatform), retryAfter: nil))
    }

    public func shutdown() async { await client?.shutdown() }

    /// Orders come before records: what the platform says may change where those go.
    private func prepare(_ isProbe: Bool) async -> Fault? {
        guard let asked = client else { return Fault(.syncNoPlatform) }
        guard await downlink.isDue(isProbe: isProbe) else { return nil }
        switch await asked.envelope(for: settings.kiosk) {
        case .unreachable(let fault): return fault
        case .unread(let fault):
            await downlink.missed(fault)
            return nil
        case .answered(let bytes):
            guard let order = await downlink.take(bytes), let url = order.envelope.platform?.url,
                order.digest != address.envelope
            else { return nil }
            do throws(Fault) {
                try await move(to: url, by: "envelope \(order.envelope.sequence)", envelope: order.digest)
            } catch {
                onEvent(.failed(error))
            }
            return nil
        }
    }

    // MARK: For people

    public func sendNow() async { await sender?.sendNow() }

    public func readdress(_ url: String, by person: String) async throws(Fault) {
        try await move(to: url, by: person, envelope: address.envelope)
        await sender?.sendNow()
    }

    public func lastFault() async -> Fault? { await sender?.status.lastFault }

    public func status() async throws(Fault) -> SyncStatusView {
        let sync = await sender?.status ?? SyncStatus()
        var view = SyncStatusView(state: sync.state.rawValue, queue: try await store.queueSummary())
        view.platform = address.url
        view.addressedBy = address.url == nil ? nil : address.by
        view.breaker = sync.breaker.rawValue
        view.failures = sync.failures
        view.retrySeconds = sync.retryAt.map { max(0, Double($0) - Double(clock.stamp().monotonic)) / 1e9 }
        view.batch = sync.batch
        view.held = try await store.heldMessages()
        view.lastAcknowledged = sync.lastAcknowledged
        view.lastFault = (sync.lastFault ?? view.queue.lastFault).map(FaultView.init)
        view.envelope = await downlink.current?.sequence
        view.envelopeFault = await downlink.fault.map(FaultView.init)
        return view
    }

    public func diagnose() async -> SyncDiagnosisView {
        let queue = try? await store.queueSummary()
        let last = await sender?.status.lastFault
        return await SyncDiagnosis(
            url: address.url, tls: settings.tls, clock: clock, queue: queue,
            lastFault: store.damage ?? last ?? queue?.lastFault
        ).view()
    }

    // MARK: Addresses

    private static func client(
        _ url: String, _ settings: Settings, _ witness: WitnessExchange?, _ clock: any KioskClock
    ) throws(Fault) -> FHIRPlatformClient {
        var configuration = FHIRPlatformClient.Configuration(base: url, allowsPlainHTTP: settings.allowsPlainHTTP)
        configuration.tls = settings.tls
        configuration.witness = witness
        configuration.clock = clock
        return try FHIRPlatformClient(configuration)
    }

    /// The order is kept before it is followed, and stands in the audit chain.
    private func move(to url: String, by person: String, envelope: String?) async throws(Fault) {
        let fresh = try Self.client(url, settings, witness, clock)
        address = try await PlatformAddress.order(
            url, by: person, envelope: envelope, folder: settings.folder, configured: settings.configuredURL)
        let old = client
        client = fresh
        await sender?.answererChanged()
        await old?.shutdown()
        try await AddressRecord.keep(address, in: store, at: clock.stamp())
    }
}
