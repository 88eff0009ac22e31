import ArgumentParser
import Foundation
import KioskAgent
import KioskConfig
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore
import KioskSync

/// `kioskd inspect …`: what the disk says while the daemon is down; the database is opened read-only.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Answers from disk, read-only, as JSON.")

    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case status, visits, visit, queue, devices, faces, message, sync, stock, expiry
        case queueCheck = "queue-check"
        case syncWhy = "sync-why"
    }

    @Argument(help: "What to look at.") var subject: Subject
    @Argument(help: "The id of the visit, or of the message; days, for expiry.") var id: String?
    @OptionGroup var file: ConfigurationOption
    @Flag(help: "JSON, the only form.") var json = false

    func run() async throws {
        let configuration = try file.load()
        do {
            if subject == .syncWhy { return try await printDiagnosis(configuration) }
            let store = try Store.open(
                path: configuration.storePath, keys: try Secrets.storeKeys(configuration), clock: configuration.clock,
                readOnly: true)
            let bytes = try await answer(configuration, store)
            FileHandle.standardOutput.write(Data(bytes + [UInt8(ascii: "\n")]))
            try store.close()
        } catch let fault as Fault {
            complain(fault)
            throw ExitCode(fault.code == .apiNotFound ? 3 : 2)
        }
    }

    private func answerOfQueue(_ configuration: KioskConfiguration, _ store: Store) async throws -> [UInt8] {
        let queue = QueueReader(store: store)
        let address = PlatformAddress.read(
            folder: configuration.paths.data, configured: configuration.platform.url)
        switch subject {
        case .message:
            guard let id else { throw ValidationError("message needs an id or a number") }
            guard let number = Int64(id) else { return try CanonicalJSON.encode(try await queue.message(id)) }
            guard let item = try await store.queueItems(limit: 1000).first(where: { $0.sequence == number }) else {
                throw Fault(.apiNotFound, "no message \(number) among the first thousand of the queue")
            }
            return try CanonicalJSON.encode(try await queue.message(item.id))
        case .queueCheck: return try CanonicalJSON.encode(try await queue.check())
        default: return try CanonicalJSON.encode(try await queue.status(address))
        }
    }

    /// The network's layers are told even where the store can't be read.
    private func printDiagnosis(_ configuration: KioskConfiguration) async throws {
        let store = try? Store.open(
            path: configuration.storePath, keys: try Secrets.storeKeys(configuration), clock: SystemClock(),
            readOnly: true)
        let summary = try? await store?.queueSummary()
        let address = PlatformAddress.read(
            folder: configuration.paths.data, configured: configuration.platform.url)
        let diagnosis = SyncDiagnosis(
            url: address.url, tls: Composition.tls(configuration), clock: configuration.clock, queue: summary,
            lastFault: summary?.lastFault)
        let bytes = try CanonicalJSON.encode(await diagnosis.view())
        FileHandle.standardOutput.write(Data(bytes + [UInt8(ascii: "\n")]))
        try store?.close()
    }

    private func answer(_ configuration: KioskConfiguration, _ store: Store) async throws -> [UInt8] {
        let visits = VisitReader(store: store)
        switch subject {
        case .visits: return try CanonicalJSON.encode(VisitList(try await visits.visits(limit: 50)))
        case .visit:
            guard let id else { throw ValidationError("visit needs an id") }
            return try CanonicalJSON.encode(try await visits.visit(id))
        case .queue: return try CanonicalJSON.encode(QueueList(try await store.queueItems(limit: 100)))
        case .faces: return try CanonicalJSON.encode(try await FaceReader(store: store).faces())
        case .stock: return try CanonicalJSON.encode(try await stock(configuration, store))
        case .expiry:
            guard let days = Int(id ?? "90") else { throw ValidationError("expiry takes a number of days") }
            return try CanonicalJSON.encode(ExpiryList(try await stock(configuration, store), within: days))
        case .devices: return try CanonicalJSON.encode(DeviceList(Self.unknownDevices(configuration)))
        case .message, .queueCheck, .sync: return try await answerOfQueue(configuration, store)
        case .syncWhy: return []
        case .status: return try CanonicalJSON.encode(try await status(configuration, store, visits))
        }
    }

    private func stock(_ configuration: KioskConfiguration, _ store: Store) async throws -> StockView {
        let reader = StockReader(
            store: store, formulary: try Composition.formulary(configuration), mode: configuration.kiosk.mode)
        return try await reader.view(by: configuration.clock)
    }

    /// Nobody holds the devices while the daemon is down: their state is not known, and that is said.
    private static func unknownDevices(_ configuration: KioskConfiguration) -> [DeviceStatus] {
        let idReader = configuration.devices.idCard == nil ? [] : ["idcard"]
        return (["reader"] + idReader + ["doctor-reader", "dispenser", "printer", "camera"]).map {
            DeviceStatus(role: $0, state: .missing, fault: Fault(.apiUnavailable, device: $0))
        }
    }

    private func status(
        _ configuration: KioskConfiguration, _ store: Store, _ visits: VisitReader
    ) async throws -> StatusView {
        let kiosk = configuration.kiosk
        let open = try await visits.visits(limit: 5).first { !$0.state.isEnded }
        let down = Fault(.apiUnavailable)
        var faults = [FaultView(down)] + (open?.fault.map { [$0] } ?? [])
        let clock = configuration.clock
        if clock.stamp().quality == .untrusted {
            faults.append(FaultView(Fault(.clockUntrusted, clock.untrustedWords)))
        }
        var view = StatusView(
            version: KioskVersion.current, kiosk: kiosk.id, profile: kiosk.profile.rawValue, mode: kiosk.mode,
            state: "down", uptimeSeconds: 0, visit: open, doctor: nil, devices: [],
            queue: try await store.queueSummary(), faults: faults, prompt: nil)
        view.disk = Composition.disk(configuration).view
        return view
    }
}
