import Foundation
import KioskCrypto
import KioskModel
import KioskTestSupport

@testable import KioskStore

/// A story told to a store under a recorder, then cut at many places and opened again.
struct CrashRun {
    /// What a cut at one place did to the store.
    enum Outcome: Hashable {
        case whole
        /// It does not open, or its chain is broken.
        case damaged(String)
        /// It opens, but what a commit returned from is not there as it was.
        case lost
        /// A message's bytes are not those that were queued.
        case otherBytes
    }

    let trace: StoreTrace
    private let story: VisitStory
    private let steps: [StoreTrace.Step]
    /// The store's fingerprint after each mark; the first is that of the store as it was made.
    private let fingerprints: [String]

    /// Tells the story once. Where `weak`, commits are not synced (synchronous=NORMAL), as most programs do.
    init(_ story: VisitStory, weak: Bool = false) async throws {
        self.story = story
        trace = try StoreTrace(folder: story.fixture.folder.path)
        var store = try story.open(isSecondLife: false)
        var fingerprints = ["", try await VisitStory.fingerprint(store)]
        trace.mark(1)
        for (number, commit) in story.commits.enumerated() {
            // Closed and opened again, as by a restart, and checkpointed by that.
            if number == story.commits.count / 2 {
                try store.close()
                store = try story.open(isSecondLife: true)
            }
            if weak { try await Self.weaken(store) }
            try await commit(store)
            fingerprints.append(try await VisitStory.fingerprint(store))
            trace.mark(number + 2)
        }
        try store.close()
        steps = trace.steps()
        self.fingerprints = fingerprints
    }

    private static func weaken(_ store: Store) async throws {
        try await store.writer?.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
        }
    }

    /// Cuts the power at places spread over the whole story, about `count` times, and counts what came of it.
    func cuts(_ count: Int, seed: UInt64) async -> [Outcome: Int] {
        await CrashDisk.cuts(steps, existing: story.fixture.path, count: count, seed: seed) { image, mark in
            await look(image, acknowledged: mark)
        }
    }

    /// Of each fate, how many of the images along the story are those of no other: neither all writes nor none.
    func census(every stride: Int, seed: UInt64) -> [CrashDisk.Fate: Int] {
        var random = SeededGenerator(seed: seed)
        var disk = CrashDisk(existing: story.fixture.path)
        var counts: [CrashDisk.Fate: Int] = [:]
        for (number, step) in steps.enumerated() {
            disk.take(step)
            guard number % stride == 0, !disk.isAtRest else { continue }
            let dropped = disk.image(.dropped, &random)
            let kept = disk.image(.kept, &random)
            guard dropped != kept else { continue }
            counts[.dropped, default: 0] += 1
            counts[.kept, default: 0] += 1
            for fate in [CrashDisk.Fate.some, .reordered, .torn] {
                let image = disk.image(fate, &random)
                if image != dropped, image != kept { counts[fate, default: 0] += 1 }
            }
        }
        return counts
    }

    private func look(_ image: [String: [UInt8]], acknowledged: Int) async -> Outcome {
        let folder = TemporaryFolder("image")
        do {
            // Only to be spared the waits of real syncs, hundreds of times.
            let fast = try StoreTrace(folder: folder.path)
            defer { withExtendedLifetime(fast) {} }
            try CrashDisk.put(image, into: folder)
            let store = try story.open(folder: folder.path, isSecondLife: true)
            defer { try? store.close() }
            let report = try await store.verifyAudit()
            if let found = report.firstBreak ?? report.archiveBreak { return .damaged(found.reason) }
            let found = try await VisitStory.fingerprint(store)
            // The commit that the cut came into may be there whole, or not at all.
            let allowed = fingerprints[
                min(acknowledged, fingerprints.count - 1)..<min(acknowledged + 2, fingerprints.count)]
            // Before the first mark the store was being made: it must open, there is nothing yet to hold.
            guard acknowledged == 0 || allowed.contains(found) else { return .lost }
            for pending in try await store.pendingOutbox(limit: .max) {
                guard case .ready(let entry) = pending, story.messages[entry.item.id] == entry.item.body else {
                    return .otherBytes
                }
            }
            return .whole
        } catch {
            return .damaged("\(error)")
        }
    }
}
