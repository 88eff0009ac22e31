import Foundation
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

/// A salvage works on copies that hold every key, wrapped: no byte of them outlives it.
struct SalvageLeftoverTests {
    private let fixture = StoreFixture()

    private func filled() async throws -> Visit {
        let store = try fixture.open()
        let visit = fixture.visit()
        try await store.commit(fixture.change(visit))
        try store.close()
        return visit
    }

    /// A finished salvage, before the files change places.
    private func salvaged() throws -> SalvageFiles {
        let work = SalvageFiles(store: StoreFiles(path: fixture.path))
        let keys = KeyRing(StoreKeys(kiosk: try Sealer(key: fixture.key)))
        _ = try Salvage(files: work, keys: keys, stamp: fixture.clock.stamp(), counters: []).run(reason: "test")
        return work
    }

    /// A second name, under which the bytes can still be seen.
    private func seen(_ path: String, _ name: String) throws -> URL {
        let other = fixture.folder.file(name)
        try FileManager.default.linkItem(atPath: path, toPath: other)
        return URL(fileURLWithPath: other)
    }

    private func isZero(_ file: URL) throws -> Bool {
        let bytes = try Data(contentsOf: file)
        return !bytes.isEmpty && bytes.allSatisfy { $0 == 0 }
    }

    @Test(.timeLimit(.minutes(1))) func `the copy that was salvaged is overwritten`() async throws {
        let visit = try await filled()
        let work = try salvaged()
        let copy = try seen(work.copy, "seen")
        #expect(try !isZero(copy))
        try work.exchange()
        #expect(try isZero(copy))
        #expect(!FileManager.default.fileExists(atPath: work.work))
        let store = try fixture.open()
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        try store.close()
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `what a cut after a salvage left is destroyed by the next start`(ofArchive: Bool) async throws {
        _ = try await filled()
        let path = ofArchive ? Archive.path(beside: fixture.path) : fixture.path
        let work = SalvageFiles(store: StoreFiles(path: path))
        try FileManager.default.createDirectory(atPath: work.work, withIntermediateDirectories: false)
        try FileManager.default.copyItem(atPath: fixture.path, toPath: work.copy)
        let copy = try seen(work.copy, "seen")
        let reader = try fixture.open(readOnly: true)
        #expect(reader.damagedCopies == [(work.work as NSString).lastPathComponent])
        try reader.close()
        let store = try fixture.open()
        #expect(try isZero(copy))
        #expect(!FileManager.default.fileExists(atPath: work.work))
        #expect(store.damagedCopies.isEmpty)
        try store.close()
    }

    @Test(.timeLimit(.minutes(1))) func `a salvage that only waits for its exchange is not taken for a leftover`()
        async throws
    {
        let visit = try await filled()
        let work = try salvaged()
        await expectFault(.storeDamaged) { _ = try fixture.open() }
        let store = try Store.openOrSalvage(path: fixture.path, sealer: Sealer(key: fixture.key), clock: fixture.clock)
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        #expect(!FileManager.default.fileExists(atPath: work.work))
        try store.close()
    }
}
