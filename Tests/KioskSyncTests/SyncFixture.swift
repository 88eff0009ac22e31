import Foundation
import KioskCrypto
import KioskLab
import KioskModel
import KioskStore
import KioskSync
import KioskTestSupport
import Synchronization
import Testing

/// A store, a platform on the loopback address and a sender between them, on a clock that the test moves.
final class SyncFixture: Sendable {
    let folder = TemporaryFolder("sync")
    let clock = TestClock()
    let samples: Samples
    let store: Store
    let platform: PlatformStandIn
    let client: FHIRPlatformClient
    let sender: OutboxSender
    private let seen: EventLog
    private let task = Mutex<Task<Void, Never>?>(nil)

    final class EventLog: Sendable {
        let events = Mutex<[SyncEvent]>([])
        let faults = Mutex<[FaultCode]>([])
    }

    /// Waits are exactly as long as their bound, so that the test knows when they end.
    static func pace(mostInBatch: Int) -> Pace {
        var pace = Pace()
        pace.jitter = { $0 }
        pace.mostInBatch = mostInBatch
        return pace
    }

    init(
        refuseSimulated: Bool = false, mostInBatch: Int = 1, security: PlatformSecurity? = nil,
        witness: EnvelopeKey? = nil,
        configure: (inout FHIRPlatformClient.Configuration) -> Void = { _ in }
    ) async throws {
        samples = Samples(clock: clock)
        let opened = try Store.open(
            path: folder.file("kiosk.sqlite"),
            keys: StoreKeys(
                kiosk: Sealer(key: [UInt8](repeating: 3, count: 32)),
                signer: witness == nil ? nil : CheckpointSigner(kiosk: "K001", key: SigningKey(), everyLinks: 1)),
            clock: clock)
        store = opened
        platform = PlatformStandIn(
            directory: folder.file("bundles"), refuseSimulated: refuseSimulated,
            security: security)
        try await platform.start()
        var configuration = FHIRPlatformClient.Configuration(base: await platform.base, allowsPlainHTTP: true)
        let log = EventLog()
        configuration.witness = witness.map { key in
            WitnessExchange(store: opened, key: key) { fault in log.faults.withLock { $0.append(fault.code) } }
        }
        configure(&configuration)
        client = try FHIRPlatformClient(configuration)
        seen = log
        sender = OutboxSender(store: store, client: client, clock: clock, pace: Self.pace(mostInBatch: mostInBatch)) {
            event in
            log.events.withLock { $0.append(event) }
        }
    }

    /// What keeping countersignatures met.
    var witnessFaults: [FaultCode] { seen.faults.withLock { $0 } }

    var events: [SyncEvent] { seen.events.withLock { $0 } }

    func start() {
        let sender = sender
        task.withLock { $0 = Task { await sender.run() } }
    }

    /// Stops the sender only; `finish` the rest too.
    func stop() async {
        let running = task.withLock { held in
            defer { held = nil }
            return held
        }
        running?.cancel()
        await running?.value
    }

    func finish() async {
        await stop()
        await platform.stop()
        await client.shutdown()
        try? store.close()
    }

    @discardableResult
    func enqueue(
        _ content: ConsultationContent? = nil, priority: OutboxPriority = .clinical
    ) async throws -> OutboxItem {
        let content = try content ?? samples.consultation()
        let bundle = try ConsultationBundle.make(content)
        let item = OutboxItem(
            id: bundle.id, kind: "consultation", visit: content.visit.id, body: bundle.bytes, priority: priority)
        var change = StoreChange()
        change.send(item)
        try await store.commit(change)
        return item
    }

    func item(_ id: String) async throws -> QueueItemView? {
        try await store.queueItems(limit: 100).first { $0.id == id }
    }

    /// What a transaction's file holds, by the number in which it arrived.
    func arrived(_ number: Int) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("bundles/bundle-\(number).json"))))
    }

    /// Lets time pass until the queue is empty.
    func expectDrained(advancing step: Duration, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expectEventually(sourceLocation: sourceLocation) {
            clock.advance(by: step)
            return try await isDrained()
        }
    }

    func isDrained() async throws -> Bool {
        let summary = try await store.queueSummary()
        return summary.pending == 0 && summary.quarantined == 0
    }
}

/// A fixture for one test, stopped at its end whatever happens.
func withSync(
    refuseSimulated: Bool = false, mostInBatch: Int = 1, security: PlatformSecurity? = nil,
    witness: EnvelopeKey? = nil,
    configure: (inout FHIRPlatformClient.Configuration) -> Void = { _ in },
    _ body: (SyncFixture) async throws -> Void
) async throws {
    let fixture = try await SyncFixture(
        refuseSimulated: refuseSimulated, mostInBatch: mostInBatch, security: security, witness: witness,
        configure: configure)
    do {
        try await body(fixture)
    } catch {
        await fixture.finish()
        throw error
    }
    await fixture.finish()
}
