import Foundation
import KioskCrypto
import KioskLab
import KioskModel
import KioskTestSupport
import Testing

/// What a technician does to the store and its audit chain, with the real programs.
@Suite(.serialized) struct StoreCommandTests {
    @Test(.timeLimit(.minutes(2)))
    func `the audit chain is exported beside a running kioskd and proven elsewhere by public keys`() async throws {
        try await LiveKiosk.run { kiosk in
            _ = try await kiosk.openVisit()
            let live = kiosk.folder.file("live.jsonl")
            let exported = try await kiosk.kioskctl(["audit", "export", live])
            #expect(exported.code == 0, "\(exported.error)")
            let unproven = try await kiosk.kioskctl(["audit", "verify", live])
            #expect(unproven.code == 1, "\(unproven.output)")
            #expect(unproven.output.contains("K-AUD-003"))
            await kiosk.stack.kill(.daemon)
            try await kiosk.stack.start(.daemon)
            await kiosk.stack.stop(.daemon)

            let file = kiosk.folder.file("audit.jsonl")
            let answer = try await kiosk.kioskctl(["audit", "export", file])
            #expect(answer.code == 0, "\(answer.error)")
            let key = kiosk.folder.file("device.pub")
            let device = try SigningKey(pem: String(contentsOfFile: kiosk.folder.deviceKey, encoding: .utf8))
            try Data(device.verifyingKey.pem.utf8).write(to: URL(fileURLWithPath: key))
            // The kill is the one thing that nobody reported.
            let proven = try await kiosk.kioskctl(["audit", "verify", file, "--device-key", key])
            #expect(proven.code == 1, "\(proven.output)\(proven.error)")
            #expect(proven.output.contains("K-AUD-002"))
            #expect(proven.output.contains("crashed or was killed"))
            #expect(!proven.output.contains("K-AUD-003"), "\(proven.output)")

            let text = try String(contentsOfFile: file, encoding: .utf8)
            try text.replacing("\"kind\":\"visit\"", with: "\"kind\":\"visir\"")
                .write(toFile: file, atomically: true, encoding: .utf8)
            let broken = try await kiosk.kioskctl(["audit", "verify", file, "--device-key", key])
            #expect(broken.code == 4, "\(broken.output)")
            #expect(broken.output.contains("K-AUD-001"))
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `the kiosk's key is changed while kioskd is down, and the visit goes on with the new one`() async throws {
        try await LiveKiosk.run { kiosk in
            let visit = try await kiosk.openVisit()
            let running = try await kiosk.kioskctl(["store", "rekey"])
            #expect(running.code == 2, "\(running.output)\(running.error)")
            #expect(running.error.contains("K-STO-012"))
            let before = try String(contentsOfFile: kiosk.folder.storeKey, encoding: .utf8)
            #expect(!FileManager.default.fileExists(atPath: kiosk.folder.storeKey + ".next"))
            await kiosk.stack.stop(.daemon)
            let changed = try await kiosk.kioskctl(["store", "rekey"])
            #expect(changed.code == 0, "\(changed.error)")
            let after = try String(contentsOfFile: kiosk.folder.storeKey, encoding: .utf8)
            #expect(before != after)
            try await kiosk.stack.start(.daemon)
            #expect(try await kiosk.client.status().visit?.id == visit)
            await kiosk.stack.stop(.daemon)

            try Data(before.utf8).write(to: URL(fileURLWithPath: kiosk.folder.storeKey))
            chmod(kiosk.folder.storeKey, 0o600)
            let old = try await Programs.run("kioskd", ["--config", kiosk.folder.configuration])
            #expect(old.error.contains("K-STO-006"), "\(old.error)")
            chmod(kiosk.folder.storeKey, 0o644)
            let exposed = try await Programs.run("kioskd", ["--config", kiosk.folder.configuration])
            #expect(exposed.error.contains("K-STO-007"), "\(exposed.error)")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `an erasure that is not due is refused with the reason`() async throws {
        try await LiveKiosk.run { kiosk in
            let visit = try await kiosk.openVisit()
            await kiosk.stack.stop(.daemon)
            let refused = try await kiosk.kioskctl(["patient", "erase", visit, "--by", "王主任"])
            #expect(refused.code == 2, "\(refused.output)\(refused.error)")
            #expect(refused.error.contains("K-STO-010"), "\(refused.error)")
            #expect(refused.error.contains("has not ended"))
            let unknown = try await kiosk.kioskctl(["patient", "erase", UUIDv7.make(), "--by", "x"])
            #expect(unknown.code == 3, "\(unknown.error)")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a dead kiosk's disk is read with the recovery key, on a machine that is no kiosk`() async throws {
        try await LiveKiosk.run { kiosk in
            try await kiosk.control.say("platform refuse 503")
            let visit = try await kiosk.openVisit()
            try await kiosk.client.abort(visit)
            await kiosk.stack.kill(.daemon)
            let out = kiosk.folder.file("recovered")
            let words = [
                "store", "recover", out, "--store", kiosk.folder.data + "/kiosk.sqlite", "--config", "/nonexistent",
                "--recovery-key",
            ]
            let wrong = try await kiosk.kioskctl(words + [kiosk.folder.deviceKey])
            #expect(wrong.error.contains("K-STO-013"), "\(wrong.output)\(wrong.error)")
            chmod(kiosk.folder.recoveryPrivateKey, 0o644)
            let exposed = try await kiosk.kioskctl(words + [kiosk.folder.recoveryPrivateKey])
            #expect(exposed.error.contains("K-STO-007"), "\(exposed.error)")
            chmod(kiosk.folder.recoveryPrivateKey, 0o600)
            let answer = try await kiosk.kioskctl(words + [kiosk.folder.recoveryPrivateKey, "--json"])
            #expect(answer.code == 0, "\(answer.output)\(answer.error)")
            let view = try JSONDecoder().decode(RecoveryView.self, from: Data(answer.output.utf8))
            #expect(view.unsent >= 1 && view.lost.isEmpty && view.chainBreak == nil)
            #expect(FileManager.default.fileExists(atPath: "\(out)/records/visit/\(visit).json"))
            // The kiosk itself is none the worse for it.
            try await kiosk.stack.start(.daemon)
            #expect(try await kiosk.client.visit(visit).state == .aborted)
        }
    }
}
