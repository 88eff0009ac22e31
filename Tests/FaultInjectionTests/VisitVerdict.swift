import Foundation
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore

/// Looks at the world, the platform and the disk after a visit, and names everything that must not be.
struct VisitVerdict {
    private let kiosk: FaultedKiosk

    init(_ kiosk: FaultedKiosk) { self.kiosk = kiosk }

    /// Empty where all is well; kioskd must have ended, the laboratory must run.
    func findings() async throws -> [String] {
        var findings: [String] = []
        let boxes = try await kiosk.boxes()
        if boxes != 2 { findings.append("\(boxes) boxes fell instead of 2") }
        if kiosk.slips() != 1 { findings.append("\(kiosk.slips()) slips came out instead of 1") }
        return findings + (try await disk())
    }

    /// How many messages wait for the platform; kioskd must have ended.
    func waiting() async throws -> Int {
        let store = try store()
        defer { try? store.close() }
        return try await store.queueSummary().pending
    }

    private func store() throws -> Store {
        let key = try String(contentsOfFile: kiosk.folder.storeKey, encoding: .utf8)
        return try Store.open(
            path: kiosk.folder.data + "/kiosk.sqlite", sealer: Sealer(key: Hex.decode(key) ?? []),
            clock: SystemClock(), readOnly: true)
    }

    /// The store by itself, and against what the platform got.
    private func disk() async throws -> [String] {
        let store = try store()
        defer { try? store.close() }
        var findings: [String] = []
        let chain = try await store.verifyAudit()
        if let found = chain.firstBreak { findings.append("audit chain: \(found.reason)") }
        let visits = try await store.list(Visit.self, kind: .visit, limit: 10)
        if visits.records.map(\.value.state) != [.closed] || !visits.damaged.isEmpty {
            findings.append("visits: \(visits.records.map(\.value.state.rawValue)), \(visits.damaged)")
        }
        var stored: Set<[UInt8]> = []
        for item in try await store.queueItems(limit: 1000) {
            if item.state != "acknowledged" { findings.append("message \(item.id) is \(item.state)") }
            guard case .ready(let entry)? = try await store.outboxMessage(item.id) else {
                findings.append("message \(item.id) can't be read")
                continue
            }
            stored.insert(entry.item.body)
        }
        let received = Set(kiosk.received())
        if !received.isSubset(of: stored) { findings.append("the platform got bytes that the kiosk did not store") }
        if !stored.isSubset(of: received) { findings.append("the platform never got what the kiosk stored") }
        return findings + Self.wrongContent(received)
    }

    /// One encounter, two boxes handed over, and no resource in two messages with different content.
    private static func wrongContent(_ messages: Set<[UInt8]>) -> [String] {
        var contents: [String: Set<Data>] = [:]
        var handedOver = 0
        for message in messages {
            let bundle = try? JSONSerialization.jsonObject(with: Data(message)) as? [String: Any]
            for entry in bundle?["entry"] as? [[String: Any]] ?? [] {
                guard let resource = entry["resource"] as? [String: Any], let type = resource["resourceType"],
                    let id = resource["id"],
                    let bytes = try? JSONSerialization.data(withJSONObject: resource, options: .sortedKeys)
                else { return ["a message of the platform can't be read"] }
                contents["\(type)/\(id)", default: []].insert(bytes)
                if type as? String == "MedicationDispense", resource["status"] as? String == "completed" {
                    handedOver += 1
                }
            }
        }
        var findings = contents.filter { $0.value.count > 1 }.map { "\($0.key) came with different contents" }
        let encounters = contents.keys.count { $0.hasPrefix("Encounter/") }
        if encounters != 1 { findings.append("\(encounters) encounters on the platform instead of 1") }
        if handedOver != 2 { findings.append("\(handedOver) dispenses on the platform instead of 2") }
        return findings
    }
}
