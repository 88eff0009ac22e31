import Foundation
import KioskLab
import KioskModel
import KioskStore
import KioskSync
import KioskTestSupport
import Testing

/// The stand-in is only worth its tests where it refuses what a platform would refuse.
@Suite(.serialized)
struct PlatformStandInTests {
    enum Spoiling: String, CaseIterable, Sendable {
        case withoutProvenance, danglingReference, doubledFullURL, foreignURL, missingStatus, emptyString
        case emptyArray, emptyObject, null, halfMarked, lastUpdated, withoutIdentifier
    }

    @Test(.timeLimit(.minutes(1)), arguments: Spoiling.allCases)
    func `a spoilt transaction is refused whole`(spoiling: Spoiling) async throws {
        try await withSync { sync in
            let bundle = try ConsultationBundle.make(sync.samples.consultation())
            let body = try spoil(bundle.bytes, spoiling)
            let item = OutboxItem(id: bundle.id, kind: "consultation", visit: nil, body: body)
            let delivery = await sync.client.deliver(item)
            guard case .refused(let fault) = delivery else {
                Issue.record("\(spoiling): \(delivery)")
                return
            }
            #expect(fault.detail.hasPrefix("HTTP 422"))
            #expect(await sync.platform.counts.isEmpty)
            // Unspoilt it is taken.
            let good = OutboxItem(id: bundle.id, kind: "consultation", visit: nil, body: bundle.bytes)
            #expect(await sync.client.deliver(good) == .acknowledged)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `what is no bundle is never sent, and hostile bytes don't stop the platform`()
        async throws
    {
        try await withSync { sync in
            for text in ["", "{}", "[1]", #"{"resourceType":"Bundle","type":"transaction","entry":[]}"#] {
                let item = OutboxItem(id: "x", kind: "consultation", visit: nil, body: Array(text.utf8))
                guard case .refused = await sync.client.deliver(item) else {
                    Issue.record("\(text) was not refused")
                    continue
                }
            }
            #expect(await sync.platform.received == 0)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a batch that is cut, or has too much or too little in it, is refused whole`()
        async throws
    {
        try await withSync { sync in
            let members = try (0..<2).map { _ in
                String(decoding: try ConsultationBundle.make(sync.samples.consultation()).bytes, as: UTF8.self)
            }
            func batch(_ between: String, _ end: String) -> String {
                #"{"resourceType":"Bundle","type":"batch","entry":[{"resource":"# + members.joined(separator: between)
                    + end
            }
            let next = #"},{"resource":"#
            let wrong = [
                batch(next, "}"), batch(next, "}]"), batch(next, "}]}}"), batch(next, "}]} x"), batch(next, "},]}"),
                batch(#"}{"resource":"#, "}]}"), batch(#"},{"resource""#, "}]}"),
            ]
            for text in wrong {
                #expect(try await sync.post(text).hasPrefix("HTTP/1.1 400"), "\(text.suffix(8))")
                #expect(await sync.platform.counts.isEmpty)
            }
            #expect(try await sync.post(batch(next, "}]}")).hasPrefix("HTTP/1.1 200"))
            #expect(await sync.platform.counts["Encounter"] == 2)
        }
    }

    @Test(
        arguments: [
            ("accept", PlatformBehaviour.accept), ("refuse 422", .refuse(status: 422)), ("fail entry 1", .failEntry(1)),
            ("wrong ids", .wrongIDs), ("cut", .cut), ("slow 5", .slow(.seconds(5))), ("busy 3", .busy(seconds: 3)),
            ("babble", .babble), ("proxy 404", .proxy(status: 404)),
        ])
    func `its behaviour is said in plain words`(words: String, behaviour: PlatformBehaviour) {
        #expect(PlatformBehaviour(words: words) == behaviour)
        for wrong in ["", words + " now", "refuse", "refuse 200", "slow -1", "cut 3"] {
            #expect(PlatformBehaviour(words: wrong) == nil)
        }
    }

    @Test(
        arguments: [
            ("batches", PlatformTrait.batches(true)), ("no batches", .batches(false)), ("no gzip", .gzip(false)),
            ("poison T00000019", .poison("T00000019")), ("no poison", .poison(nil)), ("break on x y", .breaksOn("x y")),
        ])
    func `its traits are said in plain words`(words: String, trait: PlatformTrait) {
        #expect(PlatformTrait(words: words) == trait)
        #expect(PlatformTrait(words: "poison") == nil)
        #expect(PlatformTrait(words: "") == nil)
    }

    @Test(.timeLimit(.minutes(1))) func `a change that was meant for another version is refused with 412`() async throws
    {
        try await withSync { sync in
            let bundle = try ConsultationBundle.make(sync.samples.consultation())
            let good = OutboxItem(id: bundle.id, kind: "consultation", visit: nil, body: bundle.bytes)
            #expect(await sync.client.deliver(good) == .acknowledged)
            for (version, isTaken) in [("1", true), ("7", false)] {
                let body = try matching(bundle.bytes, version)
                let delivery = await sync.client.deliver(
                    OutboxItem(id: bundle.id, kind: "consultation", visit: nil, body: body))
                if isTaken {
                    #expect(delivery == .acknowledged)
                } else {
                    #expect(delivery == .refused(Fault(.syncRefused, "HTTP 412: conflict at Bundle.entry.request")))
                }
            }
        }
    }

    private func matching(_ bytes: [UInt8], _ version: String) throws -> [UInt8] {
        var bundle = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        var entries = try #require(bundle["entry"] as? [[String: Any]])
        var request = try #require(entries[0]["request"] as? [String: Any])
        request["ifMatch"] = "W/\"\(version)\""
        entries[0]["request"] = request
        bundle["entry"] = entries
        return Array(try JSONSerialization.data(withJSONObject: bundle))
    }

    private func spoil(_ bytes: [UInt8], _ spoiling: Spoiling) throws -> [UInt8] {
        let parsed = try JSONSerialization.jsonObject(with: Data(bytes))
        var bundle = try #require(parsed as? [String: Any])
        var entries = try #require(bundle["entry"] as? [[String: Any]])
        var first = try #require(entries[0]["resource"] as? [String: Any])
        var second = try #require(entries[1]["resource"] as? [String: Any])
        switch spoiling {
        case .withoutProvenance:
            entries = entries.filter { ($0["resource"] as? [String: Any])?["resourceType"] as? String != "Provenance" }
        case .danglingReference: second["subject"] = ["reference": "urn:uuid:\(UUIDv7.make())"]
        case .doubledFullURL: entries[1]["fullUrl"] = entries[0]["fullUrl"]
        case .foreignURL: entries[0]["request"] = ["method": "PUT", "url": "Patient/\(UUIDv7.make())"]
        case .missingStatus: second["status"] = nil
        case .emptyString: first["birthDate"] = ""
        case .emptyArray: first["photo"] = [Any]()
        case .emptyObject: first["text"] = [String: Any]()
        case .null: first["active"] = NSNull()
        case .halfMarked: first["meta"] = nil
        case .lastUpdated:
            var meta = try #require(bundle["meta"] as? [String: Any])
            meta["lastUpdated"] = "2026-11-22T10:00:00Z"
            first["meta"] = meta
        case .withoutIdentifier: bundle["identifier"] = nil
        }
        entries[0]["resource"] = first
        entries[1]["resource"] = second
        bundle["entry"] = entries
        return Array(try JSONSerialization.data(withJSONObject: bundle))
    }
}
