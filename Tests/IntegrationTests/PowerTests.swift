import Foundation
import KioskLab
import KioskModel
import KioskTestSupport
import Testing

/// Sudden ends and orderly ones: what was begun is settled, nothing happens twice.
@Suite(.serialized) struct PowerTests {
    @Test(.timeLimit(.minutes(2)))
    func `kioskd killed in the middle of a dispense asks the controller and goes on`() async throws {
        try await LiveKiosk.run { kiosk in
            let visit = try await kiosk.signedVisit()
            let dispensing = Task { try? await kiosk.client.dispense(visit) }
            try await expectEventually { try await !kiosk.client.visit(visit).dispense.isEmpty }
            await kiosk.stack.kill(.daemon)
            _ = await dispensing.value
            try await kiosk.stack.start(.daemon)
            #expect(try await kiosk.client.status().visit?.id == visit)
            // The doctor's session is gone; dispensing what is signed needs none.
            try await kiosk.finishDispense(visit)
            try await kiosk.client.print(visit)
            try await expectEventually { try await kiosk.client.status().queue.pending == 0 }
            #expect(try await kiosk.boxes() == 2)
            #expect(try await kiosk.bundles() == 1)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `SIGTERM in the middle of a dispense ends kioskd within 2 s, and nothing falls twice`() async throws {
        try await LiveKiosk.run { kiosk in
            let visit = try await kiosk.signedVisit()
            let dispensing = Task { try? await kiosk.client.dispense(visit) }
            try await expectEventually { try await !kiosk.client.visit(visit).dispense.isEmpty }
            let took = await kiosk.stack.stop(.daemon)
            #expect(took < .seconds(2.5))
            _ = await dispensing.value
            try await kiosk.stack.start(.daemon)
            try await kiosk.finishDispense(visit)
            #expect(try await kiosk.boxes() == 2)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a program that the laboratory started ends when its starter's pipe closes`() async throws {
        let folder = TemporaryFolder("orphan")
        var child: ChildProcess? = try ChildProcess(
            Programs.folder + "/kiosk-lab", ["serve", folder.path, "--exit-with-stdin"],
            logPath: folder.file("log"), environment: ProcessInfo.processInfo.environment)
        let process = try #require(child?.identifier)
        await expectEventually { FileManager.default.fileExists(atPath: folder.path + "/lab.sock") }
        child?.closeStandardInput()
        await expectEventually(within: .seconds(8)) { kill(process, 0) != 0 }
        child = nil
    }

    @Test(.timeLimit(.minutes(2)))
    func `a second kioskd on the same data is refused and the first goes on`() async throws {
        try await LiveKiosk.run { kiosk in
            let second = try await Programs.run("kioskd", ["--config", kiosk.folder.configuration])
            #expect(second.code == 2)
            #expect(second.error.contains("K-STO-012"))
            #expect(try await kiosk.client.status().kiosk == "lab-kiosk-1")
        }
    }
}
