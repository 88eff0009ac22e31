import Foundation
import KioskAgent
import KioskLab
import KioskModel
import KioskPlatform
import KioskTestSupport
import Logging
import Testing

@testable import KioskStore

/// The store is cared for while the kiosk runs, round after round, whatever one round meets.
@Suite(.serialized) struct StoreKeeperTests {
    private let retention = Retention(liveDays: 3, leastDays: 30, mostDays: 60)

    /// An agent with its keeper, a clock that the test moves, and a visit that has ended and that the platform has.
    private func withKeeper(
        _ body: @escaping @Sendable (AgentLife, FlooredClock, TestClock, VisitID) async throws -> Void
    ) async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let machine = TestClock(wall: Int64(Date().timeIntervalSince1970 * 1000))
        machine.setQuality(.unconfirmed)
        let clock = FlooredClock(machine, path: rig.folder.data + "/time.floor")
        try await rig.withAgent(port: port, clock: clock) { life in
            let visit = try await life.openVisit()
            _ = try await life.agent.abort(visit, token: life.token())
            rig.reader.removeCard()
            for item in try await life.store.queueItems(limit: 99) { try await life.store.markAcknowledged(item.id) }
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let keeper = StoreKeeper(
                store: life.store, retention: retention, clock: clock, agent: life.agent, logger: logger)
            let running = Task { try await keeper.run() }
            do {
                try await body(life, clock, machine, visit)
            } catch {
                Issue.record("\(error)")
            }
            running.cancel()
            _ = await running.result
        }
        await rig.server.stop()
    }

    private func isArchived(_ visit: VisitID, _ store: Store) async throws -> Bool {
        try await store.read { db in try AuditChain.isArchived(db, visit) }
    }

    @Test(.timeLimit(.minutes(1))) func `a visit moves to the archive when its time has come, and not before`()
        async throws
    {
        try await withKeeper { life, _, machine, visit in
            machine.advance(by: .seconds(86_400))
            try await Task.sleep(for: .milliseconds(50))
            #expect(try await !isArchived(visit, life.store))
            machine.advance(by: .seconds(3 * 86_400))
            try await expectEventually {
                machine.advance(by: StoreKeeper.pause)
                return try await isArchived(visit, life.store)
            }
            #expect(try await life.agent.visit(visit).state == .aborted)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `while the clock is not trusted nothing moves; once it is right again it does`() async throws {
        try await withKeeper { life, clock, machine, visit in
            let honest = machine.stamp().wall
            await clock.learn(honest, isNow: true)
            // Set years ahead by somebody: by this clock all is old.
            machine.setWall(honest + 4000 * 86_400_000)
            let before = try await life.store.auditEnd().sequence
            for _ in 0..<5 {
                machine.advance(by: StoreKeeper.pause)
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await !isArchived(visit, life.store))
            #expect(try await life.store.auditEnd().sequence >= before)
            machine.setWall(honest + 3_000_000)
            machine.advance(by: .seconds(4 * 86_400))
            try await expectEventually {
                machine.advance(by: StoreKeeper.pause)
                return try await isArchived(visit, life.store)
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a damaged archive is set aside and told, and the rounds go on`() async throws {
        try await withKeeper { life, _, machine, visit in
            let path = Archive.path(beside: life.store.path)
            try Data(repeating: 0x78, count: 5000).write(to: URL(fileURLWithPath: path))
            machine.advance(by: .seconds(4 * 86_400))
            try await expectEventually {
                machine.advance(by: StoreKeeper.pause)
                return try await isArchived(visit, life.store)
            }
            let faults = try await life.agent.status().faults
            #expect(faults.contains { $0.code == FaultCode.storeArchiveDamaged.rawValue })
            #expect(life.store.damagedCopies == ["kiosk-archive.sqlite.damaged-1"])
            #expect(try await life.store.verifyAudit().isWhole)
        }
    }
}
