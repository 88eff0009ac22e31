import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskPlatform

@testable import KioskStore

/// A store as version 1 wrote it: one table fewer of each new kind, every row sealed with the kiosk's key itself.
enum FirstVersionStore {
    static func make(at path: String, sealer: Sealer, visit: Visit, clock: any KioskClock) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try Schema.migrator.migrate(queue, upTo: Schema.first)
        try queue.write { db in
            let word = try sealer.seal(Array("kiosk-store-1".utf8), context: "meta/key-check")
            try db.execute(sql: "INSERT INTO meta (key, value) VALUES ('key-check', ?)", arguments: [Data(word)])
            let body = try StoredJSON.encode(visit, kind: "visit")
            let sealed = try sealer.seal(body, context: "visit/\(visit.id)/1")
            let content = AuditLink.content(visit: visit.id, state: visit.state.rawValue, sealed: sealed)
            var chain = try AuditChain(db, at: clock.stamp())
            let link = try chain.append(db, kind: "visit", ref: visit.id, revision: 1, content: content)
            try db.execute(
                sql: """
                    INSERT INTO record (kind, id, visit, state, revision, body, first_link, last_link)
                    VALUES ('visit', ?, ?, ?, 1, ?, ?, ?)
                    """, arguments: [visit.id, visit.id, visit.state.rawValue, Data(sealed), link, link])
            let hash = try Data.fetchOne(db, sql: "SELECT hash FROM audit WHERE seq = ?", arguments: [link]) ?? Data()
            let head = try sealer.seal(AuditLink.number(link) + Array(hash), context: "meta/audit-head")
            try db.execute(sql: "INSERT INTO meta (key, value) VALUES ('audit-head', ?)", arguments: [Data(head)])
        }
        try queue.close()
    }
}
