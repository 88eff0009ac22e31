import Foundation
import GRDB
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

/// What was overwritten must be in no file any more.
@Suite(.timeLimit(.minutes(1))) struct ScrubTests {
    private struct Note: Codable, Sendable { let text: String }

    @Test func `a record that was overwritten is in no file after a scrub, and was there before`() async throws {
        let fixture = StoreFixture()
        let store = try fixture.open()
        try await store.commit(try Self.note(String(repeating: "template ", count: 2000)))
        let sealed = try await store.read { db in
            try Data.fetchOne(db, sql: "SELECT body FROM record WHERE kind = 'face-templates'")
        }
        // From the middle: pages cut a long value into pieces.
        let piece = try #require(sealed).subdata(in: 9000..<9032)
        #expect(try Self.files(store.path).contains { $0.range(of: piece) != nil })
        try await store.commit(try Self.note("gone"))
        #expect(try await store.scrub())
        #expect(try Self.files(store.path).allSatisfy { $0.range(of: piece) == nil })
        try store.close()
    }

    private static func note(_ text: String) throws -> StoreChange {
        var change = StoreChange()
        try change.put(Note(text: text), kind: .faceTemplates, id: "d/m/1", state: "enrolled")
        return change
    }

    private static func files(_ path: String) throws -> [Data] {
        try ["", "-wal", "-shm"].map { try Data(contentsOf: URL(filePath: path + $0)) }
    }
}
