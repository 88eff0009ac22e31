import Foundation
import KioskAPI
import KioskAgent
import KioskConfig
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore
import KioskSync
import Logging
import ServiceLifecycle

/// Puts the agent together from the configuration, and runs it until SIGTERM.
struct Daemon {
    /// A step that is not done by then stays persisted as begun, and is settled at the next start.
    private static let stopLimit = 1.8

    private let configuration: KioskConfiguration
    private let logger = Logger(label: "kioskd")

    init(_ configuration: KioskConfiguration) { self.configuration = configuration }

    func run() async throws {
        let clock = configuration.clock
        let keys = try Secrets.storeKeys(configuration)
        try makeDataFolder()
        let store = try Self.patiently {
            try Store.openOrSalvage(
                path: configuration.storePath, keys: keys, clock: clock, counters: Agent.counters)
        }
        try await store.recordStart()
        let devices = try Devices(configuration)
        let disk = Composition.disk(configuration)
        disk.keepReserve()
        let (events, happened) = AsyncStream.makeStream(of: SyncEvent.self, bufferingPolicy: .bufferingNewest(1000))
        let link = try Composition.link(configuration, store: store, clock: clock) { happened.yield($0) }
        let agent = try await Composition(configuration, store: store, clock: clock, devices: devices, logger: logger)
            .agent(link, disk)
        let keeper = StoreKeeper(
            store: store, retention: configuration.storeRetention, clock: clock, agent: agent, logger: logger)
        let api = try Composition.api(configuration, agent: agent, logger: logger)

        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: AgentService(agent: agent), successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: BackgroundService { await link.run() }),
                    .init(service: BackgroundService { await Self.tell(agent, events) }),
                    .init(service: BackgroundService { try await beat(agent, clock) }),
                    .init(service: BackgroundService(keeper.run)),
                    .init(service: api),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        HardStop.arm(after: Self.stopLimit)
        logger.info("kioskd \(KioskVersion.current) starts as \(configuration.kiosk.id)")
        try await group.run()
        await devices.host.shutdown()
        try store.close()
        logger.info("kioskd stopped")
    }

    /// A large damaged store takes longer to salvage than the service manager waits for a start; one that was ended in it
    /// would begin anew for ever (sd_notify(3)). An hour at most: what hangs is ended all the same.
    private static func patiently<Value>(_ body: () throws -> Value) rethrows -> Value {
        let asking = Task.detached {
            for _ in 0..<120 {
                SystemdNotifier.notify("EXTEND_TIMEOUT_USEC=90000000")
                try await Task.sleep(for: .seconds(30))
            }
        }
        defer { asking.cancel() }
        return try body()
    }

    /// Hands what happens on the way to the platform to the agent, in its order.
    private static func tell(_ agent: Agent, _ events: AsyncStream<SyncEvent>) async {
        for await event in events {
            switch event {
            case .acknowledged(_, let visit): await agent.acknowledged(visit: visit)
            case .quarantined(let item, let kind, let visit, let fault):
                await agent.quarantined(item, kind: kind, visit: visit, fault)
            case .failed(let fault): await agent.syncFailed(fault, visit: nil)
            }
        }
    }

    /// State reports, the first after one interval: a kiosk that restarts again and again does not flood anybody.
    private func beat(_ agent: Agent, _ clock: any KioskClock) async throws {
        let minutes = configuration.platform.heartbeatMinutes
        while true {
            try await clock.sleep(for: .seconds(minutes == 0 ? 86_400 : minutes * 60))
            if minutes > 0 { await agent.heartbeat() }
        }
    }

    private func makeDataFolder() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: configuration.paths.data, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o750])
        } catch {
            throw Fault(.storeOpenFailed, "\(configuration.paths.data): \(error)")
        }
    }
}

extension KioskConfiguration {
    var storePath: String { paths.data + "/kiosk.sqlite" }

    /// The machine's clocks over the floor that this kiosk has learnt.
    var clock: FlooredClock { FlooredClock(SystemClock(), path: paths.data + "/time.floor") }
}
