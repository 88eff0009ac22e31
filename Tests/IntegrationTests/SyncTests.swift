import Foundation
import KioskAPIClient
import KioskLab
import KioskModel
import KioskTestSupport
import Testing

/// A technician finds out why records don't arrive, and what to do, with the shipping programs.
@Suite(.serialized) struct SyncTests {
    @Test(.timeLimit(.minutes(2)))
    func `a refused record is shown, explained, put back and arrives`() async throws {
        try await LiveKiosk.run { kiosk in
            try await kiosk.control.say("platform refuse 422")
            let visit = try await kiosk.openVisit()
            try await kiosk.client.abort(visit)
            try await expectEventually {
                try await kiosk.client.queue().items.contains { $0.visit == visit && $0.state == "quarantined" }
            }
            try await kiosk.control.say("platform accept")
            let why = try await kiosk.kioskctl(["sync", "why"])
            #expect(why.code == 4, "\(why.output)\(why.error)")
            #expect(why.output.contains("K-SYN-002"))
            let item = try #require(try await kiosk.client.queue().items.first { $0.visit == visit })
            let shown = try await kiosk.kioskctl(["queue", "show", String(item.sequence)])
            #expect(shown.output.contains("Encounter/\(visit)"))
            #expect(shown.output.contains("HTTP 422"))
            let checked = try await kiosk.kioskctl(["queue", "verify"])
            #expect(checked.code == 0, "\(checked.output)")
            let early = try await kiosk.kioskctl(["queue", "release", item.id])
            #expect(early.error.contains("K-SYN-017"))
            let retried = try await kiosk.kioskctl(["queue", "retry", String(item.sequence)])
            #expect(retried.code != 64, "\(retried.output)\(retried.error)")
            try await expectEventually { try await kiosk.client.message(item.id).item.state == "acknowledged" }
            #expect(try await kiosk.bundles() == 1)
            // What is refused later, all at once.
            try await kiosk.control.say("platform refuse 422")
            try await kiosk.control.say("remove card")
            try await kiosk.client.abort(try await kiosk.openVisit())
            try await expectEventually {
                try await kiosk.client.queue().items.contains { $0.state == "quarantined" }
            }
            try await kiosk.control.say("platform accept")
            let all = try await kiosk.kioskctl(["queue", "retry", "all"])
            #expect(all.code != 64 && all.error.isEmpty, "\(all.output)\(all.error)")
            try await expectEventually { try await kiosk.bundles() == 2 }
            #expect(!(try await kiosk.client.queue().items.contains { $0.state == "quarantined" }))
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `with kioskd down the way to the platform is looked at all the same`() async throws {
        try await LiveKiosk.run { kiosk in
            try await kiosk.control.say("platform refuse 503")
            let visit = try await kiosk.openVisit()
            try await kiosk.client.abort(visit)
            await kiosk.stack.stop(.daemon)
            let why = try await kiosk.kioskctl(["sync", "why", "--json"])
            #expect(why.code == 8)
            let answer = try JSONDecoder().decode(SyncDiagnosisView.self, from: Data(why.output.utf8))
            #expect(answer.layers.count == 10)
            #expect(answer.layers.first { $0.layer == "connection" }?.state == .ok)
            let status = try await kiosk.kioskctl(["sync", "status"])
            #expect(status.code == 8)
            #expect(status.output.contains("1 waiting"), "\(status.output)")
            let checked = try await kiosk.kioskctl(["queue", "verify", "--json"])
            let check = try JSONDecoder().decode(QueueCheckView.self, from: Data(checked.output.utf8))
            #expect(check.messages == 1)
            #expect(check.damaged.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a held record waits until it is released, and an order of the platform moves the kiosk`() async throws {
        try await LiveKiosk.run { kiosk in
            try await kiosk.control.say("platform refuse 503")
            let visit = try await kiosk.openVisit()
            try await kiosk.client.abort(visit)
            let item = try #require(try await kiosk.client.queue().items.first { $0.visit == visit })
            let held = try await kiosk.kioskctl(["queue", "hold", item.id])
            #expect(held.output.contains("K-SYN-016"), "\(held.output)\(held.error)")
            try await kiosk.control.say("platform accept")
            // An order that another key has signed is said and not followed.
            try await kiosk.control.say("platform order forged http://127.0.0.1:9/fhir")
            _ = try await kiosk.kioskctl(["sync", "now"])
            try await expectEventually { try await kiosk.client.syncStatus().envelopeFault?.code == "K-SYN-012" }
            #expect(try await kiosk.client.message(item.id).item.state == "pending")
            _ = try await kiosk.kioskctl(["queue", "release", item.id])
            try await expectEventually { try await kiosk.client.message(item.id).item.state == "acknowledged" }
            let wrong = try await kiosk.kioskctl(["sync", "readdress", "nonsense", "--by", "tester"])
            #expect(wrong.error.contains("K-CFG-005"))
            let moved = try await kiosk.kioskctl(["sync", "readdress", "http://127.0.0.1:9/other", "--by", "tester"])
            #expect(moved.output.contains("http://127.0.0.1:9/other"), "\(moved.output)\(moved.error)")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a kiosk that is down is sent to another platform, and sends there when it starts`() async throws {
        try await LiveKiosk.run { kiosk in
            let configured = try #require(try await kiosk.client.syncStatus().platform)
            let wrong = configured.replacing("/fhir", with: "/nowhere")
            try await kiosk.client.readdress(wrong, by: "somebody")
            let visit = try await kiosk.openVisit()
            try await kiosk.client.abort(visit)
            await kiosk.stack.stop(.daemon)
            let nonsense = try await kiosk.kioskctl(["sync", "readdress", "nonsense", "--by", "王工"])
            #expect(nonsense.error.contains("K-CFG-005"), "\(nonsense.output)\(nonsense.error)")
            let moved = try await kiosk.kioskctl(["sync", "readdress", configured, "--by", "王工"])
            #expect(moved.output.contains(configured), "\(moved.output)\(moved.error)")
            #expect(moved.output.contains("王工"), "\(moved.output)")
            try await kiosk.stack.start(.daemon)
            #expect(try await kiosk.client.syncStatus().addressedBy == "王工")
            try await expectEventually { try await kiosk.client.status().queue.pending == 0 }
            #expect(try await kiosk.bundles() >= 1)
            await kiosk.stack.stop(.daemon)
            // The configuration's, somebody's and the one that came while kioskd was down: each is in the chain.
            let file = kiosk.folder.file("audit.jsonl")
            let exported = try await kiosk.kioskctl(["audit", "export", file])
            #expect(exported.code == 0, "\(exported.error)")
            let chain = try String(contentsOfFile: file, encoding: .utf8)
            let count = chain.components(separatedBy: "platform-address/").count - 1
            #expect(count == 3, "\(chain)")
        }
    }
}
