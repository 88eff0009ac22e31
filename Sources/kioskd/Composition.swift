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
import Prescribing

/// Builds the agent and what surrounds it from the configuration.
struct Composition {
    private let configuration: KioskConfiguration
    private let store: Store
    private let clock: any KioskClock
    private let devices: Devices
    private let logger: Logger

    init(
        _ configuration: KioskConfiguration, store: Store, clock: any KioskClock, devices: Devices, logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.clock = clock
        self.devices = devices
        self.logger = logger
    }

    func agent() async throws(Fault) -> Agent {
        let kiosk = configuration.kiosk
        let settings = AgentConfiguration(
            version: KioskVersion.current, kiosk: kiosk.id, kioskName: kiosk.name, site: kiosk.site,
            profile: kiosk.profile.rawValue, mode: kiosk.mode, faceThreshold: configuration.face.threshold,
            leastLiveness: configuration.face.minLiveness,
            faceTimeLimit: configuration.face.timeLimit)
        let file = RegistryFile(configuration.registry, store: store, clock: clock)
        let registry = await file.load()
        if case .failure(let fault) = registry { logger.error("\(fault)") }
        var parts = AgentParts(
            store: store, clock: clock, reader: devices.reader, doctorReader: devices.doctorReader,
            cabinet: devices.dispenser, printer: devices.printer, face: devices.face, registry: registry,
            formulary: try Self.formulary(configuration), deviceKey: try Secrets.deviceKey(configuration),
            logger: logger)
        parts.retakeRegistry = { await file.load() }
        return Agent(configuration: settings, parts: parts)
    }

    static func formulary(_ configuration: KioskConfiguration) throws(Fault) -> Formulary {
        guard let file = configuration.formularyFile else {
            return Formulary(version: "none", demonstration: false, medicines: [])
        }
        return try Formulary(json: try Secrets.bytes(file, .configBadValue))
    }

    /// The way to the platform; a kiosk without one keeps its records until it has one.
    static func sender(
        _ configuration: KioskConfiguration, store: Store, clock: any KioskClock, agent: Agent
    ) throws -> @Sendable () async throws -> Void {
        guard let url = configuration.platformURL else {
            return { try await Task.sleep(for: .seconds(86_400 * 365)) }
        }
        let client = try FHIRPlatformClient(
            .init(base: url, allowsPlainHTTP: configuration.kiosk.profile == .lab))
        let sender = OutboxSender(store: store, client: client, clock: clock) { event in
            Task {
                switch event {
                case .acknowledged(_, let visit): await agent.acknowledged(visit: visit)
                case .quarantined(_, _, let visit, let fault): await agent.syncFailed(fault, visit: visit)
                case .failed(let fault): await agent.syncFailed(fault, visit: nil)
                }
            }
        }
        return {
            await sender.run()
            await client.shutdown()
        }
    }

    static func api(_ configuration: KioskConfiguration, agent: Agent, logger: Logger) throws(Fault) -> LocalAPI {
        LocalAPI(
            service: agent, socketPath: configuration.paths.socket,
            access: try .forGroups(
                technician: configuration.api.technicianGroup, doctor: configuration.api.doctorGroup),
            fingerprint: { Hex.encode(Digest.sha256($0)) }, logger: logger,
            onReady: { SystemdNotifier.notify("READY=1") })
    }
}
