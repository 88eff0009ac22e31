import Foundation
import KioskLab
import KioskModel
import KioskTestSupport
import Testing

/// `kioskctl` and `kioskd` as a technician meets them.
@Suite(.serialized) struct CommandLineTests {
    @Test(.timeLimit(.minutes(2)))
    func `status, devices, visits and queue are shown, with exit code 0 when all is well`() async throws {
        try await LiveKiosk.run(models: Faces.models) { kiosk in
            let visit = try await kiosk.openVisit()
            let outcome1 = try await kiosk.kioskctl(["device", "list"])
            #expect(outcome1.output.contains("dispenser"))
            let shown = try await kiosk.kioskctl(["visit", "show", visit])
            #expect(shown.output.contains("张○"))
            let outcome2 = try await kiosk.kioskctl(["queue", "list"])
            #expect(outcome2.code == 0)
            let json = try await kiosk.kioskctl(["status", "--json"])
            #expect(json.output.contains(#""schema""#))
            #expect(json.output.contains(visit))
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `with the daemon down it answers from disk and exits with 8`() async throws {
        try await LiveKiosk.run { kiosk in
            let visit = try await kiosk.openVisit()
            await kiosk.stack.stop(.daemon)
            let status = try await kiosk.kioskctl(["status"])
            #expect(status.code == 8, "\(status.output)\(status.error)")
            #expect(status.output.contains("K-API-007"))
            let shown = try await kiosk.kioskctl(["visit", "show", visit])
            #expect(shown.code == 8)
            #expect(shown.output.contains("张○"))
            for words in [["visit", "list"], ["queue", "list"], ["device", "list"]] {
                let answer = try await kiosk.kioskctl(words)
                #expect(answer.code == 8)
                #expect(answer.error.contains("read from disk"), "\(words): \(answer.error)")
            }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `an unknown visit is exit code 3, a wrong word is 64`() async throws {
        try await LiveKiosk.run { kiosk in
            let outcome3 = try await kiosk.kioskctl(["visit", "show", UUIDv7.make()])
            #expect(outcome3.code == 3)
            let outcome4 = try await kiosk.kioskctl(["visti"])
            #expect(outcome4.code == 64)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a configuration with a wrong key is refused with file, line and what is allowed`() async throws {
        let folder = TemporaryFolder("config")
        let path = folder.file("kioskd.toml")
        let text =
            "[kiosk]\nid = \"k-1\"\nprofile = \"lab\"\nmode = \"clinic-onsite\"\nnmae = \"x\"\n[paths]\ndata = \"/d\"\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let outcome = try await Programs.run("kioskd", ["--check-config", "--config", path])
        #expect(outcome.code == 2)
        #expect(outcome.error.contains("\(path):5"), "\(outcome.error)")
        #expect(outcome.error.contains("nmae") && outcome.error.contains("name"))
    }

    @Test(.timeLimit(.minutes(2)))
    func `a technician looks at devices, resets one, prints a page, and is told by exit code what is wrong`()
        async throws
    {
        try await LiveKiosk.run { kiosk in
            let shown = try await kiosk.kioskctl(["device", "show", "printer"])
            #expect(shown.code == 0, "\(shown.output)\(shown.error)")
            #expect(shown.output.contains("07/01/02") && shown.output.contains("1-3"))
            let reset = try await kiosk.kioskctl(["device", "reset", "reader", "--json"])
            #expect(reset.code == 0 && reset.output.contains("opened-anew"), "\(reset.output)\(reset.error)")
            let power = try await kiosk.kioskctl(["device", "power-cycle", "reader"])
            #expect(power.code == 2 && power.error.contains("K-USB-017"), "\(power.output)\(power.error)")
            let unknown = try await kiosk.kioskctl(["device", "show", "toaster"])
            #expect(unknown.code == 3)

            let page = try await kiosk.kioskctl(["print", "test"])
            #expect(page.code == 0, "\(page.output)\(page.error)")
            try await kiosk.control.say("paper out")
            let status = try await kiosk.kioskctl(["print", "status"])
            #expect(status.code == 2 && status.output.contains("K-PRN-001"), "\(status.output)\(status.error)")
            let refused = try await kiosk.kioskctl(["print", "test"])
            #expect(refused.code == 2 && refused.error.contains("K-PRN-001"))
            try await kiosk.control.say("load paper")
            let purged = try await kiosk.kioskctl(["print", "purge"])
            #expect(purged.code == 0, "\(purged.output)\(purged.error)")

            let shownSoFar = kiosk.folder.file("watched.txt")
            async let watched = kiosk.kioskctl(["device", "watch", "printer", "--for", "5"], output: shownSoFar)
            await expectEventually(within: .seconds(30)) {
                (try? String(contentsOfFile: shownSoFar, encoding: .utf8))?.contains("ready") ?? false
            }
            try await kiosk.control.say("unplug printer")
            let watch = try await watched
            #expect(
                watch.code == 2 && watch.output.contains("ready") && watch.output.contains("K-USB"), "\(watch.output)")
        }
    }
}
