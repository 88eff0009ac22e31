import ArgumentParser
import Foundation
import KioskAgent
import KioskConfig
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore

/// `kioskd inspect …`: what the disk says while the daemon is down; the database is opened read-only.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Answers from disk, read-only, as JSON.")

    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case status, visits, visit, queue, devices, stock, expiry
    }

    @Argument(help: "What to look at.") var subject: Subject
    @Argument(help: "The visit's id, for visit; days, for expiry.") var id: String?
    @OptionGroup var file: ConfigurationOption
    @Flag(help: "JSON, the only form.") var json = false

    func run() async throws {
        let configuration = try file.load()
        do {
            let store = try Store.open(
                path: configuration.storePath, sealer: try Secrets.storeSealer(configuration), clock: SystemClock(),
                readOnly: true)
            let bytes = try await answer(configuration, store)
            FileHandle.standardOutput.write(Data(bytes + [UInt8(ascii: "\n")]))
            try store.close()
        } catch let fault as Fault {
            complain(fault)
            throw ExitCode(fault.code == .apiNotFound ? 3 : 2)
        }
    }

    private func answer(_ configuration: KioskConfiguration, _ store: Store) async throws -> [UInt8] {
        let visits = VisitReader(store: store)
        switch subject {
        case .visits: return try CanonicalJSON.encode(VisitList(try await visits.visits(limit: 50)))
        case .visit:
            guard let id else { throw ValidationError("visit needs an id") }
            return try CanonicalJSON.encode(try await visits.visit(id))
        case .queue: return try CanonicalJSON.encode(QueueList(try await store.queueItems(limit: 100)))
        case .stock: return try CanonicalJSON.encode(try await stock(configuration, store))
        case .expiry:
            guard let days = Int(id ?? "90") else { throw ValidationError("expiry takes a number of days") }
            return try CanonicalJSON.encode(ExpiryList(try await stock(configuration, store), within: days))
        case .devices: return try CanonicalJSON.encode(DeviceList(Self.unknownDevices))
        case .status: return try CanonicalJSON.encode(try await status(configuration, store, visits))
        }
    }

    private func stock(_ configuration: KioskConfiguration, _ store: Store) async throws -> StockView {
        let reader = StockReader(
            store: store, formulary: try Composition.formulary(configuration), mode: configuration.kiosk.mode)
        return try await reader.view(at: SystemClock().stamp())
    }

    /// Nobody holds the devices while the daemon is down: their state is not known, and that is said.
    private static let unknownDevices = ["reader", "doctor-reader", "dispenser", "printer", "camera"].map {
        DeviceStatus(role: $0, state: .missing, fault: Fault(.apiUnavailable, device: $0))
    }

    private func status(
        _ configuration: KioskConfiguration, _ store: Store, _ visits: VisitReader
    ) async throws -> StatusView {
        let kiosk = configuration.kiosk
        let open = try await visits.visits(limit: 5).first { !$0.state.isEnded }
        let down = Fault(.apiUnavailable)
        return StatusView(
            version: KioskVersion.current, kiosk: kiosk.id, profile: kiosk.profile.rawValue, mode: kiosk.mode,
            state: "down", uptimeSeconds: 0, visit: open, doctor: nil, devices: [],
            queue: try await store.queueSummary(), faults: [FaultView(down)] + (open?.fault.map { [$0] } ?? []),
            prompt: nil)
    }
}
