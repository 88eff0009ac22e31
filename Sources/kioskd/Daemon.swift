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
        let clock = SystemClock()
        let keys = try Secrets.storeKeys(configuration)
        try makeDataFolder()
        let store = try Store.openOrSalvage(
            path: configuration.storePath, keys: keys, clock: clock, counters: Agent.counters)
        try await store.recordStart()
        let devices = try Devices(configuration)
        let agent = try await Composition(configuration, store: store, clock: clock, devices: devices, logger: logger)
            .agent()
        let sender = try Composition.sender(configuration, store: store, clock: clock, agent: agent)
        let keeper = StoreKeeper(
            store: store, retention: configuration.storeRetention, clock: clock, agent: agent, logger: logger)
        let api = try Composition.api(configuration, agent: agent, logger: logger)

        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: AgentService(agent: agent), successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: BackgroundService(sender)),
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
}
