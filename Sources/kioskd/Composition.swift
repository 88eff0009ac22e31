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

    func agent(_ link: PlatformLink, _ disk: DiskGuard) async throws(Fault) -> Agent {
        let kiosk = configuration.kiosk
        let settings = AgentConfiguration(
            version: KioskVersion.current, kiosk: kiosk.id, kioskName: kiosk.name, site: kiosk.site,
            profile: kiosk.profile.rawValue, mode: kiosk.mode, leastLiveness: configuration.face.minLiveness,
            faceTimeLimit: configuration.face.timeLimit)
        let file = RegistryFile(configuration.registry, store: store, clock: clock)
        let registry = await file.load()
        if case .failure(let fault) = registry { logger.error("\(fault)") }
        let facePolicy = await FacePolicyFile(configuration, store: store).load()
        if case .failure(let fault) = facePolicy { logger.error("\(fault)") }
        var parts = AgentParts(
            store: store, clock: clock, reader: devices.reader, idReader: devices.idReader,
            doctorReader: devices.doctorReader, cabinet: devices.dispenser, printer: devices.printer,
            desk: devices.desk, face: devices.face, registry: registry,
            facePolicy: facePolicy, formulary: try Self.formulary(configuration),
            deviceKey: try Secrets.deviceKey(configuration), logger: logger)
        parts.cabinetUnit = { [dispenser = devices.dispenser] () async throws(Fault) in try await dispenser.unit() }
        parts.sync = link
        parts.disk = disk
        parts.retakeRegistry = { await file.reload() }
        return Agent(configuration: settings, parts: parts)
    }

    static func formulary(_ configuration: KioskConfiguration) throws(Fault) -> Formulary {
        guard let file = configuration.formularyFile else {
            return Formulary(version: "none", demonstration: false, medicines: [])
        }
        return try Formulary(json: try Secrets.bytes(file, .configBadValue))
    }

    /// The way to the platform; a kiosk without one keeps its records until it has one.
    static func link(
        _ configuration: KioskConfiguration, store: Store, clock: any KioskClock,
        onEvent: @escaping @Sendable (SyncEvent) -> Void
    ) throws(Fault) -> PlatformLink {
        try PlatformLink(try linkSettings(configuration), store: store, clock: clock, onEvent: onEvent)
    }

    static func linkSettings(_ configuration: KioskConfiguration) throws(Fault) -> PlatformLink.Settings {
        let platform = configuration.platform
        var settings = PlatformLink.Settings(
            kiosk: configuration.kiosk.id, configuredURL: platform.url,
            allowsPlainHTTP: configuration.kiosk.profile == .lab, folder: configuration.paths.data)
        settings.tls = tls(configuration)
        settings.envelopeKey = try platform.envelopeKeyFile.map { path throws(Fault) in
            try Secrets.text(path, .configBadValue)
        }
        return settings
    }

    static func tls(_ configuration: KioskConfiguration) -> PlatformTLS {
        let platform = configuration.platform
        return PlatformTLS(
            authorityFile: platform.authorityFile, certificateFile: platform.certificateFile,
            keyFile: platform.keyFile)
    }

    static func disk(_ configuration: KioskConfiguration) -> DiskGuard {
        let disk = configuration.disk
        return DiskGuard(
            folder: configuration.paths.data,
            limits: DiskLimits(
                telemetry: Int64(disk.telemetryMB) << 20, visits: Int64(disk.visitsMB) << 20,
                reserve: Int64(disk.reserveMB) << 20))
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
