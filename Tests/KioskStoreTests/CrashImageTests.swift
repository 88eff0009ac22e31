import Foundation
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

/// The power is cut at any write of whole visits. KIOSK_LONG=1 looks at thousands of images instead of hundreds.
@Suite(.serialized) struct CrashImageTests {
    private static let isLong = ProcessInfo.processInfo.environment["KIOSK_LONG"] != nil
    private let images = isLong ? 6000 : 400

    @Test(.timeLimit(.minutes(isLong ? 20 : 5)))
    func `after a cut at any write every image opens, and what a commit returned from is there`() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        let run = try await CrashRun(VisitStory(StoreFixture(), patients: 6))
        let outcomes = await run.cuts(images, seed: seed)
        print("crash images: \(outcomes) seed \(seed)")
        #expect(Set(outcomes.keys) == [.whole], "seed \(seed): \(outcomes)")
        #expect(outcomes.values.reduce(0, +) > images * 3 / 4)
    }

    @Test(.timeLimit(.minutes(2)))
    func `the images show what is lost where commits are not synced`() async throws {
        let run = try await CrashRun(VisitStory(StoreFixture(), patients: 3), weak: true)
        let outcomes = await run.cuts(120, seed: 1)
        print("crash images without syncs: \(outcomes)")
        #expect(outcomes[.lost, default: 0] > 10)
        // Nothing but the end is lost even then: what is there is whole, or the log is seen to lack what was before its end.
        let found = outcomes.keys.filter { outcome in
            if case .damaged(let words) = outcome { words.contains("frames of the log") } else { false }
        }
        #expect(Set(outcomes.keys).subtracting([.whole, .lost]).subtracting(found).isEmpty)
    }

    @Test(.timeLimit(.minutes(isLong ? 30 : 5)))
    func `an archiving, an erasure or a change of keys that was cut is whole or not, and can be carried through`()
        async throws
    {
        let seed = UInt64.random(in: 0...UInt64.max)
        let count = Self.isLong ? 3000 : 100
        let outcomes = try await CareRun().cuts(count, seed: seed)
        print("care images: \(outcomes) seed \(seed)")
        #expect(Set(outcomes.keys) == [.whole], "seed \(seed): \(outcomes)")
        #expect(outcomes.values.reduce(0, +) > count * 3 / 4)
    }

    @Test(.timeLimit(.minutes(2)))
    func `the images show a destroyed key that was forgotten in the archive`() async throws {
        let outcomes = try await CareRun(careless: true).cuts(40, seed: 3)
        print("care images with a forgotten key: \(outcomes)")
        let left = outcomes.keys.filter { if case .keyLeft = $0 { true } else { false } }
        #expect(!left.isEmpty)
    }

    /// SQLITE_FULL, SQLITE_IOERR_WRITE and SQLITE_IOERR_FSYNC; together they take every call, in the long form each does.
    @Test(.timeLimit(.minutes(2)), arguments: [13, 778, 1034] as [Int32])
    func `a disk that fails at any write loses nothing that was acknowledged`(code: Int32) async throws {
        let first = Self.isLong ? 1 : [13, 778].firstIndex(of: code).map { $0 + 1 } ?? 3
        let step = Self.isLong ? 1 : 3
        let fixture = StoreFixture()
        let story = try VisitStory(fixture, patients: 1)
        let trace = try StoreTrace(folder: fixture.folder.path)
        var calls = 0
        for nth in Swift.stride(from: first, to: Int.max, by: step) {
            for name in try fixture.files().keys {
                try FileManager.default.removeItem(atPath: fixture.folder.file(name))
            }
            trace.never()
            let store = try fixture.open()
            trace.fail(at: nth, code: code, times: nth % 3 + 1)
            var faults: [Fault] = []
            for commit in story.commits {
                // Whoever gets no answer asks again, as the agent and the sender do.
                for _ in 0..<4 {
                    do {
                        try await commit(store)
                        break
                    } catch let fault as Fault {
                        faults.append(fault)
                    }
                }
            }
            calls = trace.calls
            trace.never()
            let last = try await VisitStory.fingerprint(store)
            try store.close()
            let again = try fixture.open()
            #expect(try await VisitStory.fingerprint(again) == last)
            #expect(try await again.verifyAudit().isWhole, "call \(nth)")
            let wrong = faults.filter { ![.storeDiskFull, .storeWriteFailed].contains($0.code) }
            #expect(wrong.isEmpty, "call \(nth)")
            let left = try await again.queueItems(limit: 9)
            #expect(left.map(\.id) == Array(story.messages.keys), "call \(nth)")
            #expect(left.map(\.state) == ["acknowledged"], "call \(nth)")
            try again.close()
            if nth > calls {
                #expect(faults.isEmpty)
                break
            }
            #expect(!faults.isEmpty, "call \(nth)")
        }
        let which = step == 1 ? "every one" : "every third"
        print("disk errors \(code): \(which) of \(calls) writing calls of a visit failed, from call \(first)")
        #expect(calls > 50)
    }
}
