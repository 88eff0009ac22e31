import Foundation
import GRDB
import KioskCrypto
import KioskModel

@testable import KioskStore

/// Everything the store is asked to keep over whole visits, one commit at a time.
struct VisitStory {
    let fixture: StoreFixture
    let patients: Int

    /// One thing that is done to the store; what it returned from is acknowledged.
    typealias Commit = @Sendable (Store) async throws -> Void

    /// What the platform must get, by the messages' ids.
    let messages: [String: [UInt8]]
    let commits: [Commit]

    init(_ fixture: StoreFixture, patients: Int) throws {
        self.fixture = fixture
        self.patients = patients
        var messages: [String: [UInt8]] = [:]
        var commits: [Commit] = []
        for number in 0..<patients {
            let visit = fixture.visit()
            let text = #"{"resourceType":"Bundle","n":\#(number),"x":"\#(String(repeating: "药", count: 2500))"}"#
            let item = OutboxItem(id: UUIDv7.make(), kind: "consultation", visit: visit.id, body: Array(text.utf8))
            messages[item.id] = item.body
            for (step, state) in Self.course.enumerated() {
                var change = StoreChange()
                var next = visit
                next.state = state
                try change.put(
                    next, kind: .visit, id: visit.id, visit: visit.id, state: state.rawValue, expecting: step)
                switch state {
                case .opened: commits.append { _ = try await $0.nextCounter("evidence") }
                case .prescribed, .signed:
                    let lines = (0..<4).map { "药品 \($0) \(state.rawValue)" }
                    try change.put(lines, kind: .prescription, id: visit.id, visit: visit.id, state: state.rawValue)
                    change.raise(counter: "prescription", to: UInt64(number + 1))
                case .dispensing, .dispensed:
                    try change.put(["slot": number], kind: .dispense, id: visit.id, visit: visit.id, state: "x")
                case .closed: change.send(item)
                default: break
                }
                let token = IdempotencyToken(key: "\(number)-\(step)", fingerprint: "f")
                change.reply(StoredReply(status: 200, body: Array("ok".utf8)), to: token)
                commits.append { [change] in try await $0.commit(change) }
            }
            switch number % 3 {
            case 0:
                commits.append { try await $0.markAcknowledged(item.id) }
                // Where there is but one patient, their message is looked for in the queue at the end.
                guard patients > 1 else { break }
                commits.append { store in
                    fixture.clock.advance(by: .seconds(1))
                    _ = try await store.moveToArchive(visit.id, before: fixture.clock.stamp().wall)
                }
            case 1:
                commits.append { try await $0.markFailed(item.id, Fault(.syncUnreachable, "refused")) }
                commits.append { try await $0.markAcknowledged(item.id) }
            default: commits.append { try await $0.quarantine(item.id, Fault(.syncRefused, "HTTP 422")) }
            }
        }
        // The kiosk's key changes in the second life of the store, in steps as small as they can be.
        commits.append { _ = try await $0.beginRekey() }
        for _ in 0...patients { commits.append { _ = try await $0.wrapKeys(limit: 1) } }
        commits.append { try await $0.finishRekey() }
        self.messages = messages
        self.commits = commits
    }

    private static let device = SigningKey()
    private static let tables = [
        "audit", "record", "outbox", "counter", "reply", "meta", "data_key", "visit_key", "checkpoint",
    ]

    /// A store as its first life opens it, or its second, which has a new key beside the old one.
    func open(folder: String? = nil, isSecondLife: Bool) throws -> Store {
        let next = isSecondLife ? try Sealer(key: [UInt8](repeating: 99, count: 32)) : nil
        let signer = CheckpointSigner(kiosk: "k-1", key: Self.device, everyLinks: 7)
        let keys = StoreKeys(kiosk: try Sealer(key: fixture.key), next: next, signer: signer)
        let name = (fixture.path as NSString).lastPathComponent
        return try Store.open(
            path: folder.map { "\($0)/\(name)" } ?? fixture.path, keys: keys, clock: fixture.clock)
    }

    private static let course: [VisitState] = [
        .opened, .prescribed, .signed, .dispensing, .dispensed, .printing, .closed,
    ]

    /// Every row of every table, as one number: equal only where every byte is.
    static func fingerprint(_ store: Store) async throws -> String {
        try await store.read { db in
            var all: [UInt8] = []
            for table in Self.tables {
                let rows = try Row.fetchCursor(db, sql: "SELECT * FROM \(table) ORDER BY 1, 2")
                while let row = try rows.next() {
                    all += Array("\(table)".utf8)
                    for (name, value) in row {
                        all += Array(name.utf8)
                        if let data = Data.fromDatabaseValue(value) {
                            all += Digest.sha256(Array(data))
                        } else {
                            all += Array("\(value)".utf8)
                        }
                    }
                }
            }
            return Hex.encode(Digest.sha256(all))
        }
    }
}
