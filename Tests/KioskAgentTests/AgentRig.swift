import CardReader
import Dispenser
import Foundation
import KioskAgent
import KioskCrypto
import KioskLab
import KioskModel
import KioskPlatform
import KioskStore
import KioskTestSupport
import Logging
import Prescribing
import ReceiptPrinter
import SimulatedDevices
import USBTransport
import VisionProtocol

/// A whole kiosk in one process: the real agent, store and drivers over USB/IP on simulated devices.
///
/// There is no face service: the PIN takes the face's place, as on a kiosk whose service is down.
final class AgentRig: Sendable {
    static let site = Provisioning.site
    static let draft = Walkthrough.draft

    let folder: LabFolder
    let server = USBIPServer()
    let reader = SimulatedCCIDReader()
    let doctorReader = SimulatedCCIDReader()
    let idReader = SimulatedResidentReader(needsLift: true)
    let printer: SimulatedPrinter
    let dispenser: SimulatedDispenser
    private let temporary = TemporaryFolder("agent")

    init(printerModel: PrinterModel = .wide) throws {
        folder = LabFolder(path: temporary.path)
        try Provisioning.prepare(folder)
        printer = try SimulatedPrinter(model: printerModel, outputDirectory: folder.slips)
        dispenser = try SimulatedDispenser(
            journalPath: folder.cabinet + "/journal.bin", slots: Provisioning.slots)
    }

    deinit {
        // A server that nobody ends keeps its thread and the devices.
        let server = server
        Task { await server.stop() }
    }

    /// Plugs the devices in; gives the port.
    func plug() async throws -> UInt16 {
        let port = try await server.start()
        await server.plug(reader, at: "1-1")
        await server.plug(doctorReader, at: "1-2")
        await server.plug(printer, at: "1-3")
        await server.plug(dispenser, at: "1-4")
        await server.plug(idReader, at: "1-5")
        return port
    }

    /// The store, for what a test must arrange while no agent runs.
    func openStore(clock: any KioskClock = SystemClock()) throws -> Store {
        let key = try String(contentsOfFile: folder.storeKey, encoding: .utf8)
        return try Store.openOrSalvage(
            path: folder.data + "/kiosk.sqlite", sealer: Sealer(key: Hex.decode(key) ?? []), clock: clock)
    }

    /// One life of the agent: from start to stop, on the same folder and devices.
    func withAgent<Value: Sendable>(
        port: UInt16, production: Bool = false, mode: ServiceMode = .clinicOnsite,
        clock: any KioskClock = SystemClock(),
        registry: Bool = true, idCard: Bool = false, cardReminder: Duration = .seconds(15),
        facePolicy: Result<FacePolicy, Fault> = .success(FacePolicy(threshold: 0.49)), disk: DiskGuard? = nil,
        _ body: @Sendable (AgentLife) async throws -> Value
    ) async throws -> Value {
        let life = try AgentLife(
            self, port: port, production: production, mode: mode, clock: clock, registry: registry, idCard: idCard,
            cardReminder: cardReminder, facePolicy: facePolicy, disk: disk)
        let running = Task { await life.agent.run() }
        do {
            let value = try await body(life)
            await life.stop()
            await running.value
            return value
        } catch {
            await life.stop()
            await running.value
            throw error
        }
    }
}

/// One start of the agent.
final class AgentLife: Sendable {
    let agent: Agent
    let store: Store
    private let host: USBIPHost
    private let rig: AgentRig

    init(
        _ rig: AgentRig, port: UInt16, production: Bool, mode: ServiceMode, clock: any KioskClock, registry: Bool,
        idCard: Bool, cardReminder: Duration, facePolicy: Result<FacePolicy, Fault>, disk: DiskGuard?
    ) throws {
        self.rig = rig
        store = try rig.openStore(clock: clock)
        let host = USBIPHost(host: "127.0.0.1", port: port, pollInterval: .milliseconds(50))
        self.host = host
        let bind = { (role: USBRole) in
            USBRoleBinding(host: host, role: role, allowsSimulated: !production)
        }
        let reader = bind(USBRole(name: "reader", path: "1-1", interfaceClass: 0x0B))
        let doctorReader = bind(USBRole(name: "doctor-reader", path: "1-2", interfaceClass: 0x0B))
        let printer = bind(USBRole(name: "printer", path: "1-3", interfaceClass: 0x07))
        let dispenser = bind(USBRole(name: "dispenser", path: "1-4", interfaceClass: 0x02))
        let idReader = bind(ResidentIDStation.role(path: "1-5", vendorID: nil, productID: nil))
        let formulary = Array(FileManager.default.contents(atPath: rig.folder.formulary) ?? Data())
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let cabinet = CabinetDriver(binding: dispenser, allowsLaboratoryKey: !production)
        var parts = AgentParts(
            store: store, clock: clock, reader: SocialSecurityStation(binding: reader),
            idReader: idCard ? ResidentIDStation(binding: idReader) : nil,
            doctorReader: PIVDoctorStation(binding: doctorReader),
            cabinet: cabinet,
            printer: ESCPOSPrinter(binding: printer, profile: .generic80),
            desk: USBDeviceDesk(
                host: host, transport: "usbip", bindings: [reader, doctorReader, printer, dispenser, idReader]),
            face: VisionClient(socketPath: rig.folder.visionSocket),
            registry: registry ? Self.registry(in: rig.folder) : .failure(Fault(.registryExpired)),
            facePolicy: facePolicy, formulary: try Formulary(json: formulary),
            deviceKey: try SigningKey(pem: String(contentsOfFile: rig.folder.deviceKey, encoding: .utf8)),
            logger: logger)
        parts.cabinetUnit = { () async throws(Fault) in try await cabinet.unit() }
        parts.disk = disk
        if registry { parts.retakeRegistry = { [folder = rig.folder] in Self.registry(in: folder) } }
        agent = Agent(
            configuration: AgentConfiguration(
                version: "test", kiosk: "test-kiosk", kioskName: "测试", site: AgentRig.site,
                profile: production ? "production" : "lab", mode: mode, leastLiveness: 0.5, faceTimeLimit: 2,
                cardReminder: cardReminder),
            parts: parts)
    }

    private static func registry(in folder: LabFolder) -> Result<DoctorRegistry, Fault> {
        do {
            let bytes = Array(FileManager.default.contents(atPath: folder.registry) ?? Data())
            let key = try EnvelopeKey(hex: String(contentsOfFile: folder.registryKey, encoding: .utf8))
            return .success(try DoctorRegistry(envelope: bytes, key: key, lastSequence: 0, now: Date()))
        } catch {
            return .failure(error as? Fault ?? Fault(.registryMissing, "\(error)"))
        }
    }

    func stop() async {
        await agent.stop()
        await host.shutdown()
        try? store.close()
    }

    // MARK: What people do

    func token(_ key: String = UUIDv7.make()) -> IdempotencyToken { IdempotencyToken(key: key, fingerprint: "f") }

    /// A patient puts a card in; gives the visit that opens.
    func openVisit(_ card: String = "zhang-wei") async throws -> VisitID {
        rig.reader.insert(try LabCards.card(card))
        return try await openedVisit()
    }

    /// The visit that is open, as soon as one is.
    func openedVisit() async throws -> VisitID {
        let opened = try await eventually { try await self.agent.status().visit != nil }
        guard opened, let id = try await agent.status().visit?.id else { throw LabError("no visit opened") }
        return id
    }

    /// A doctor puts a card in, after whoever's card was there; the laboratory's, or one from another folder.
    func signIn(from folder: LabFolder? = nil) async throws {
        rig.doctorReader.removeCard()
        rig.doctorReader.insert(try LabDoctor.card(folder ?? rig.folder))
        _ = try await agent.signIn(pin: Secret(LabDoctor.pin), token: token())
    }

    /// A visit up to its signed prescription.
    func signedVisit() async throws -> VisitID {
        try await signIn()
        let visit = try await openVisit()
        _ = try await agent.prescribe(visit, AgentRig.draft, token: token())
        _ = try await agent.sign(visit, prescription: nil, pin: Secret(LabDoctor.pin), token: token())
        return visit
    }

    func state(of visit: VisitID) async throws -> VisitState { try await agent.visit(visit).state }
}
