import Dispenser
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Synchronization
import USBTransport

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

    struct Result: Sendable {
        var frames: Int
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

    func run(_ cut: Cut?) async throws -> Result {
        let folder = TemporaryFolder("sweep")
        let cabinet = try SimulatedDispenser(
            journalPath: folder.file("journal"), slots: [1: 9, 2: 9], motorTime: .milliseconds(20))
        let server = USBIPServer()
        let port = try await server.start()
        let tap = FrameTap(cabinet)
        await server.plug(tap, at: "1-4")
        let host = USBIPHost(host: "127.0.0.1", port: port)
        let first = Self.driver(host)
        let wire = watch(tap, cut: cut, cabinet: cabinet, driver: first)
        if case .journal(let write, let bytes) = cut { await cabinet.dieInJournalWrite(after: write, bytes: bytes) }

        // Number 1 is persisted here.
        var outcome = try? await first.dispense(transaction: 1, slot: 1)
        if wire.isDead { outcome = nil }
        if outcome != nil { try? await first.acknowledge(transaction: 1) }
        let frames = wire.frames
        await first.shutdown()
        tap.setJudge(nil)
        let second = Self.driver(host)
        outcome = try await settle(outcome, second)
        await second.shutdown()
        let result = Result(frames: frames, boxes: await cabinet.droppedBoxes, outcome: outcome)
        await host.shutdown()
        await server.stop()
        return result
    }

    /// After the kiosk's next start, where the outcome is not in its memory.
    private func settle(_ known: DispenseOutcome?, _ driver: CabinetDriver) async throws -> DispenseOutcome? {
        var outcome = known
        var number: UInt32 = 1
        if outcome == nil {
            if recovery == .ordersAgain {
                number = 2
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

    private static func driver(_ host: USBIPHost) -> CabinetDriver {
        let role = USBRole(name: "dispenser", interfaceClass: 0x02)
        let limits = CabinetLimits(
            reply: .milliseconds(250), poll: .milliseconds(100), resolve: .seconds(5), motion: .seconds(10),
            reopen: .milliseconds(10))
        return CabinetDriver(
            binding: USBRoleBinding(host: host, role: role, allowsSimulated: true), limits: limits,
            allowsLaboratoryKey: true)
    }
}
