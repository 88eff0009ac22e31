import Foundation
import KioskAgent
import KioskLab
import KioskModel
import KioskStore
import KioskTestSupport
import Synchronization
import Testing

/// What the kiosk tells the platform of itself.
@Suite(.serialized) struct NoticeTests {
    private func kinds(_ life: AgentLife) async throws -> [String] {
        try await life.agent.queue(limit: 50).map(\.kind)
    }

    @Test(.timeLimit(.minutes(1))) func `a doctor who comes and leaves is told twice, with the same records`()
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            try await life.signIn()
            #expect(try await kinds(life) == ["attendance"])
            let token = life.token()
            _ = try await life.agent.signOut(token: token)
            _ = try await life.agent.signOut(token: token)
            #expect(try await kinds(life) == ["attendance", "attendance"])
            #expect(try await life.agent.queue(limit: 9).allSatisfy { $0.priority == 2 && $0.visit == nil })
            #expect(try await life.store.verifyAudit().isWhole)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func `the same trouble is told once a day, and with how often it was met`()
        async throws
    {
        let rig = try AgentRig()
        let clock = TestClock()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, clock: clock) { life in
            let fault = Fault(.syncRefused, "HTTP 422")
            for _ in 0..<3 { await life.agent.quarantined("x", kind: "consultation", visit: nil, fault) }
            try await expectEventually { try await kinds(life) == ["alert"] }
            clock.advance(by: .seconds(86_401))
            await life.agent.quarantined("x", kind: "consultation", visit: nil, fault)
            try await expectEventually { try await kinds(life) == ["alert", "alert"] }
            let newest = try #require(try await life.agent.queue(limit: 1).first)
            #expect(newest.priority == 0)
            guard case .ready(let entry)? = try await life.store.outboxMessage(newest.id) else {
                Issue.record("the alert can't be read")
                return
            }
            let text = String(decoding: entry.item.body, as: UTF8.self)
            #expect(text.contains(#""type":"suppressed","valueString":"2""#))
            #expect(text.contains("K-SYN-002"))
            // An alert that is refused is not told by an alert.
            clock.advance(by: .seconds(86_401))
            await life.agent.quarantined("y", kind: "alert", visit: nil, fault)
            #expect(try await kinds(life).count == 2)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a heartbeat takes the place of the one before, and is left out on a full disk`()
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let free = Mutex<Int64>(100)
        let disk = DiskGuard(
            folder: rig.folder.path, limits: DiskLimits(telemetry: 50, visits: 20, reserve: 0),
            space: { _ in (free.withLock { $0 }, 1000) })
        try await rig.withAgent(port: port, disk: disk) { life in
            await life.agent.heartbeat()
            let first = try #require(try await life.store.telemetry().first)
            await life.agent.heartbeat()
            #expect(try await life.store.telemetry().count == 1)
            let second = try #require(try await life.store.telemetry().first)
            #expect(first.item.id != second.item.id)
            free.withLock { $0 = 49 }
            await life.agent.heartbeat()
            #expect(try await life.store.telemetry().first?.item.id == second.item.id)
            #expect(try await life.agent.status().disk?.state == "low")
            #expect(try await kinds(life).isEmpty)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func `a full disk refuses the next visit, not the one under way`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let free = Mutex<Int64>(100)
        let disk = DiskGuard(
            folder: rig.folder.path, limits: DiskLimits(telemetry: 50, visits: 20, reserve: 0),
            space: { _ in (free.withLock { $0 }, 1000) })
        try await rig.withAgent(port: port, disk: disk) { life in
            let visit = try await life.openVisit()
            free.withLock { $0 = 10 }
            _ = try await life.agent.abort(visit, token: life.token())
            rig.reader.removeCard()
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.insertCard.rawValue }
            rig.reader.insert(try LabCards.card("zhang-wei"))
            try await expectEventually { try await life.agent.status().prompt?.code == Prompt.callStaff.rawValue }
            let status = try await life.agent.status()
            #expect(status.visit == nil)
            #expect(status.state == "needs-person")
            #expect(status.faults.contains { $0.code == "K-DSK-002" })
        }
        await rig.server.stop()
    }
}
