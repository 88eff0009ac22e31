import Dispenser
import Foundation
import KioskModel
import KioskTestSupport
import Synchronization
import USBTransport

@testable import SimulatedDevices

/// One order with one death in it, and what the kiosk does afterwards, with the kiosk's own driver.
///
/// The kiosk's memory is what it would have persisted: the number before the order, the outcome after it.
struct CutSweep: Sendable {
    enum Cut: Sendable, Hashable, CustomStringConvertible {
        /// At the n-th frame of both directions together, before it arrives or after.
        case host(frame: Int, after: Bool)
        case controller(frame: Int, after: Bool)
        /// In the n-th journal write, when so many bytes have arrived.
        case journal(write: Int, bytes: Int)

        var description: String {
            switch self {
            case .host(let frame, let after): "host \(after ? "after" : "before") frame \(frame)"
            case .controller(let frame, let after): "controller \(after ? "after" : "before") frame \(frame)"
            case .journal(let write, let bytes): "journal write \(write) at byte \(bytes)"
            }
        }
    }

    /// What a kiosk does about an order of which it does not know what became of it.
    enum Recovery: Sendable {
        case asks
        /// The planted bug: it simply orders again.
        case ordersAgain
    }

    /// A controller's memory as earlier orders left it.
    struct FormerJournal: Sendable {
        var bytes = Data()
        var highWaterMark: UInt32 = 0
    }

    struct Result: Sendable {
        var frames: Int
        var journalWrites: Int
        var boxes: Int
        var outcome: DispenseOutcome?

        /// Nil where all is as promised.
        var violation: String? {
            if boxes > 1 { return "\(boxes) boxes fell" }
            guard let outcome else { return "nobody knows, and nobody was told so" }
            if outcome == .done, boxes != 1 { return "done without a box" }
            // After such a death the journal always knows: unknown would be an outcome lost.
            let isTrue = outcome == .done || outcome == .interrupted
            return isTrue ? nil : "ended as \(outcome)"
        }
    }

    fileprivate struct Wire {
        var frames = 0
        var isHostDead = false
    }

    var recovery = Recovery.asks
    var former = FormerJournal()
    /// As at a kiosk for patients, which asks before each order in whose hands the controller's firmware is.
    var refusesLaboratory = false

    func run(_ cut: Cut?) async throws -> Result {
        let folder = TemporaryFolder("sweep")
        try former.bytes.write(to: URL(filePath: folder.file("journal")))
        let cabinet = try cabinet(in: folder)
        let server = USBIPServer()
        let port = try await server.start()
        let tap = FrameTap(cabinet)
        await server.plug(tap, at: "1-4")
        let host = USBIPHost(host: "127.0.0.1", port: port)
        let first = driver(host)
        let wire = watch(tap, cut: cut, cabinet: cabinet, driver: first)
        if case .journal(let write, let bytes) = cut { await cabinet.dieInJournalWrite(after: write, bytes: bytes) }

        let written = await cabinet.journalWrites
        // The number is persisted here.
        let number = former.highWaterMark + 1
        var outcome = try? await first.dispense(transaction: number, slot: 1)
        if wire.isDead { outcome = nil }
        if outcome != nil { try? await first.acknowledge(transaction: number) }
        let frames = wire.frames
        let writes = await cabinet.journalWrites - written
        await first.shutdown()
        tap.setJudge(nil)
        let second = driver(host)
        outcome = try await settle(outcome, second)
        await second.shutdown()
        let boxes = await cabinet.droppedBoxes
        let result = Result(frames: frames, journalWrites: writes, boxes: boxes, outcome: outcome)
        await host.shutdown()
        await server.stop()
        return result
    }

    /// After the kiosk's next start, where the outcome is not in its memory.
    private func settle(_ known: DispenseOutcome?, _ driver: CabinetDriver) async throws -> DispenseOutcome? {
        var outcome = known
        var number = former.highWaterMark + 1
        if outcome == nil {
            if recovery == .ordersAgain {
                number += 1
                outcome = try await driver.dispense(transaction: number, slot: 2)
            } else {
                outcome = try await driver.query(transaction: number)
            }
        }
        if outcome == .notStarted {
            try await driver.acknowledge(transaction: number)
            number += 1
            outcome = try await driver.dispense(transaction: number, slot: 2)
        }
        try await driver.acknowledge(transaction: number)
        return outcome
    }

    /// What a tap saw and did.
    final class WireWatch: Sendable {
        fileprivate let state = Mutex(Wire())
        var frames: Int { state.withLock { $0.frames } }
        var isDead: Bool { state.withLock { $0.isHostDead } }
    }

    private func watch(_ tap: FrameTap, cut: Cut?, cabinet: SimulatedDispenser, driver: CabinetDriver) -> WireWatch {
        let watch = WireWatch()
        tap.setJudge { _, bytes in
            let (number, isDead) = watch.state.withLock { wire -> (Int, Bool) in
                defer { wire.frames += 1 }
                return (wire.frames, wire.isHostDead)
            }
            // The dead send nothing and hear nothing.
            if isDead { return .init(frames: []) }
            switch cut {
            case .host(number, let after):
                watch.state.withLock { $0.isHostDead = true }
                Task { await driver.shutdown() }
                return .init(frames: after ? [bytes] : [])
            case .controller(number, after: true):
                return .init(frames: [bytes]) { await cabinet.reboot() }
            case .controller(number, after: false):
                await cabinet.reboot()
                return .init(frames: [])
            case .host, .controller, .journal, nil: return .init(frames: [bytes])
            }
        }
        return watch
    }

    /// A journal whose page has room for one record: the next order goes over to the other page.
    static func journalOfAFullPage() async throws -> FormerJournal {
        let folder = TemporaryFolder("full-page")
        let sweep = CutSweep()
        let server = USBIPServer()
        let host = USBIPHost(host: "127.0.0.1", port: try await server.start())
        await server.plug(try sweep.cabinet(in: folder), at: "1-4")
        let driver = sweep.driver(host)
        // A page has 127 records after its header; a number that is asked about and acknowledged takes two.
        let last: UInt32 = 63
        for number in 1...last {
            _ = try await driver.query(transaction: number)
            try await driver.acknowledge(transaction: number)
        }
        await driver.shutdown()
        await host.shutdown()
        await server.stop()
        return FormerJournal(bytes: try Data(contentsOf: URL(filePath: folder.file("journal"))), highWaterMark: last)
    }

    private func cabinet(in folder: TemporaryFolder) throws -> SimulatedDispenser {
        try SimulatedDispenser(
            journalPath: folder.file("journal"), slots: [1: 9, 2: 9], motorTime: .milliseconds(20),
            hasLaboratoryKey: !refusesLaboratory)
    }

    private func driver(_ host: USBIPHost) -> CabinetDriver {
        let role = USBRole(name: "dispenser", interfaceClass: 0x02)
        let limits = CabinetLimits(
            reply: .milliseconds(250), poll: .milliseconds(100), resolve: .seconds(5), motion: .seconds(10),
            reopen: .milliseconds(10))
        return CabinetDriver(
            binding: USBRoleBinding(host: host, role: role, allowsSimulated: true), limits: limits,
            allowsLaboratoryKey: !refusesLaboratory)
    }
}
