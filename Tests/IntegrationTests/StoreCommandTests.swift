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

            // The kill is the one thing that nobody reported.
            let proven = try await kiosk.auditVerified()
            #expect(proven.code == 1, "\(proven.output)\(proven.error)")
            #expect(proven.output.contains("K-AUD-002"))
            #expect(proven.output.contains("crashed or was killed"))
            #expect(!proven.output.contains("K-AUD-003"), "\(proven.output)")

            let file = kiosk.folder.file("audit.jsonl")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try text.replacing("\"kind\":\"visit\"", with: "\"kind\":\"visir\"")
                .write(toFile: file, atomically: true, encoding: .utf8)
            let broken = try await kiosk.kioskctl(
                ["audit", "verify", file, "--device-key", kiosk.folder.file("device.pub")])
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
    func `a patient is erased once the platform has everything, and the chain is still proven`() async throws {
        try await LiveKiosk.run { kiosk in
            try await kiosk.control.say("platform refuse 503")
            let visit = try await kiosk.openVisit()
            try await kiosk.client.abort(visit)
            try await kiosk.control.say("remove card")
            try keepNothing(kiosk.folder)
            let words = ["patient", "erase", visit, "--by", "王主任"]
            let running = try await kiosk.kioskctl(words)
            #expect(running.code == 2, "\(running.output)\(running.error)")
            #expect(running.error.contains("K-STO-012"), "\(running.error)")
            await kiosk.stack.stop(.daemon)
            let early = try await kiosk.kioskctl(words + ["--json"])
            #expect(early.code == 2, "\(early.output)\(early.error)")
            #expect(early.error.contains("has not confirmed"), "\(early.error)")
            try await kiosk.control.say("platform accept")
            try await kiosk.stack.start(.daemon)
            try await expectEventually { try await kiosk.client.status().queue.pending == 0 }
            await kiosk.stack.stop(.daemon)

            let erased = try await kiosk.kioskctl(words + ["--json"])
            #expect(erased.code == 0, "\(erased.output)\(erased.error)")
            let view = try JSONDecoder().decode(ErasureView.self, from: Data(erased.output.utf8))
            #expect(view.visits == [visit] && view.keys == 1)
            let again = try await kiosk.kioskctl(words)
            #expect(again.error.contains("K-STO-009"), "\(again.output)\(again.error)")
            try await kiosk.stack.start(.daemon)
            await kiosk.expectProblem("K-STO-009") { _ = try await kiosk.client.visit(visit) }
            // What the platform has is the platform's.
            #expect(try await kiosk.bundles() == 1)
            // The next patient is served as ever.
            let next = try await kiosk.openVisit()
            #expect(next != visit)
            try await kiosk.client.abort(next)
            await kiosk.stack.stop(.daemon)
            let proven = try await kiosk.auditVerified()
            #expect(proven.code == 0, "\(proven.output)\(proven.error)")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `what a damaged store left behind is destroyed by its name, and the patient's keys with it`() async throws {
        try await LiveKiosk.run { kiosk in
            let visit = try await kiosk.openVisit()
            try await kiosk.client.abort(visit)
            try await kiosk.control.say("remove card")
            try await expectEventually { try await kiosk.client.status().queue.pending == 0 }
            await kiosk.stack.stop(.daemon)
            try damageEnd(kiosk.folder.data + "/kiosk.sqlite")
            try keepNothing(kiosk.folder)
            try await kiosk.stack.start(.daemon)
            let files = try FileManager.default.contentsOfDirectory(atPath: kiosk.folder.data)
            let copy = try #require(files.first { $0.hasPrefix("kiosk.sqlite.damaged-") }, "\(files)")
            let place = kiosk.folder.data + "/" + copy
            let discard = ["store", "discard", copy, "--by", "王工"]
            let running = try await kiosk.kioskctl(discard)
            #expect(running.code == 2, "\(running.output)\(running.error)")
            #expect(running.error.contains("K-STO-012"), "\(running.error)")
            await kiosk.stack.stop(.daemon)
            let held = try await kiosk.kioskctl(["patient", "erase", visit, "--by", "王主任"])
            #expect(held.code == 2, "\(held.output)\(held.error)")
            #expect(held.error.contains("K-STO-014") && held.error.contains(copy), "\(held.error)")
            let changed = try await kiosk.kioskctl(["store", "rekey"])
            #expect(changed.code == 1, "\(changed.output)\(changed.error)")
            #expect(changed.output.contains(copy), "\(changed.output)")
            for name in [copy + "9", "../" + (kiosk.folder.data as NSString).lastPathComponent, "."] {
                let unknown = try await kiosk.kioskctl(["store", "discard", name, "--by", "王工"])
                #expect(unknown.code == 3, "\(name): \(unknown.output)\(unknown.error)")
            }
            #expect(FileManager.default.fileExists(atPath: place))

            let done = try await kiosk.kioskctl(discard)
            #expect(done.code == 0, "\(done.output)\(done.error)")
            #expect(!FileManager.default.fileExists(atPath: place))
            let twice = try await kiosk.kioskctl(discard)
            #expect(twice.code == 3, "\(twice.output)\(twice.error)")
            let erased = try await kiosk.kioskctl(["patient", "erase", visit, "--by", "王主任"])
            #expect(erased.code == 0, "\(erased.output)\(erased.error)")
            try await kiosk.stack.start(.daemon)
            await kiosk.expectProblem("K-STO-009") { _ = try await kiosk.client.visit(visit) }
            await kiosk.stack.stop(.daemon)
            _ = try await kiosk.auditVerified()
            let chain = try String(contentsOfFile: kiosk.folder.file("audit.jsonl"), encoding: .utf8)
            #expect(chain.contains("\"kind\":\"discarded\"") && chain.contains(copy))
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

    // MARK: What a test arranges

    /// From the next start on nothing must be kept for any time.
    private func keepNothing(_ folder: LabFolder) throws {
        let text = try String(contentsOfFile: folder.configuration, encoding: .utf8)
        try (text + "\n[retention]\nlive_days = 0\nleast_days = 0\n")
            .write(toFile: folder.configuration, atomically: true, encoding: .utf8)
    }

    /// The pages with the chain's last link go bad, the table's and the index's; that is found as the store is opened.
    private func damageEnd(_ path: String) throws {
        for log in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + log) }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        var places: [Int] = []
        var from = bytes.startIndex
        while let range = bytes.range(of: Data("stopclean".utf8), in: from..<bytes.endIndex) {
            places.append(range.lowerBound / 4096 * 4096)
            from = range.upperBound
        }
        try #require(!places.isEmpty)
        for place in places { bytes.replaceSubrange(place..<place + 4096, with: Data(repeating: 0xA5, count: 4096)) }
        try bytes.write(to: URL(fileURLWithPath: path))
    }
}

extension LiveKiosk {
    /// Exports the chain to `audit.jsonl` and proves it by the device's public key, which it leaves in `device.pub`.
    fileprivate func auditVerified() async throws -> ProgramOutcome {
        let file = folder.file("audit.jsonl")
        let answer = try await kioskctl(["audit", "export", file])
        #expect(answer.code == 0, "\(answer.error)")
        let device = try SigningKey(pem: String(contentsOfFile: folder.deviceKey, encoding: .utf8))
        try Data(device.verifyingKey.pem.utf8).write(to: URL(fileURLWithPath: folder.file("device.pub")))
        return try await kioskctl(["audit", "verify", file, "--device-key", folder.file("device.pub")])
    }
}
