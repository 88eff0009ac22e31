import Foundation
import KioskLab
import Testing

/// The sweep finds what it must find: a disk that lied, a message that was changed, a second slip.
@Suite(.serialized) struct PlantedFaultTests {
    @Test(.timeLimit(.minutes(3)))
    func `a disk that lied about its syncs is found by what it lost`() async throws {
        let calls = await FaultSweep.visit(.count).shim.calls[.store] ?? 0
        let plans = [9, 8, 7, 6].map { FaultPlan(kind: .store, action: .killForget, call: calls * $0 / 10) }
        let outcomes = await FaultSweep.visits(plans)
        for outcome in outcomes { print(outcome.line.prefix(160)) }
        #expect(outcomes.contains { !$0.findings.isEmpty })
    }

    @Test(.timeLimit(.minutes(3)))
    func `a byte that differs on the platform, a second slip and a lost message are each named`() async throws {
        let kiosk = FaultedKiosk(.count)
        defer { withExtendedLifetime(kiosk) {} }
        do {
            try await kiosk.start()
            var people = PeopleAtKiosk(kiosk)
            try await people.bring()
            await kiosk.stack.stop(.daemon)
            #expect(try await VisitVerdict(kiosk).findings().isEmpty)

            let slip = kiosk.folder.slips + "/slip-9.png"
            try Data([0]).write(to: URL(fileURLWithPath: slip))
            #expect(try await VisitVerdict(kiosk).findings() == ["2 slips came out instead of 1"])
            try FileManager.default.removeItem(atPath: slip)

            let names = try FileManager.default.contentsOfDirectory(atPath: kiosk.folder.bundles)
            let path = kiosk.folder.bundles + "/" + (try #require(names.first))
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            var changed = whole
            let place = try #require(changed.lastIndex(of: UInt8(ascii: "1")))
            changed[place] = UInt8(ascii: "2")
            try changed.write(to: URL(fileURLWithPath: path))
            let findings = try await VisitVerdict(kiosk).findings()
            #expect(findings.contains("the platform got bytes that the kiosk did not store"))
            #expect(findings.contains("the platform never got what the kiosk stored"))
        } catch {
            Issue.record("\(error)")
        }
        await kiosk.stop()
    }
}
