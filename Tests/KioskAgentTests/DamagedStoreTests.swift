import Foundation
import KioskAgent
import KioskLab
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

/// A store damaged by a cut: found before the next patient, salvaged at the next start, never in silence.
@Suite(.serialized) struct DamagedStoreTests {
    @Test(.timeLimit(.minutes(1)))
    func `damage found after a cut refuses the next patient; the next start salvages and says so`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let path = rig.folder.data + "/kiosk.sqlite"
        let visit = try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            _ = try await life.agent.abort(visit, token: life.token())
            return visit
        }
        rig.reader.removeCard()
        // Closing has moved all of the log into the database; a cut leaves both.
        try Data().write(to: URL(fileURLWithPath: path + "-wal"))
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let place = try #require(bytes.range(of: Data(visit.utf8), options: .backwards)).lowerBound / 4096 * 4096
        bytes.replaceSubrange(place..<place + 4096, with: Data(repeating: 0xA5, count: 4096))
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(!StoreFiles(path: path).markRunning())

        try await rig.withAgent(port: port) { life in
            #expect(life.store.wasCutOff || life.store.salvage != nil)
            guard life.store.salvage == nil else { return }
            rig.reader.insert(try LabCards.card("zhang-wei"))
            try await expectEventually {
                try await life.agent.status().faults.contains { $0.code == FaultCode.storeDamaged.rawValue }
            }
            let open = try await life.agent.status().visit
            #expect(open == nil)
        }
        rig.reader.removeCard()
        try await rig.withAgent(port: port) { life in
            let faults = try await life.agent.status().faults
            #expect(life.store.salvage == nil || !faults.isEmpty)
            _ = try await life.openVisit()
            let report = try await life.store.verifyAudit()
            #expect(report.isWhole)
        }
        let aside = try FileManager.default.contentsOfDirectory(atPath: rig.folder.data)
        #expect(aside.contains("kiosk.sqlite.damaged-1"))
        await rig.server.stop()
    }
}
