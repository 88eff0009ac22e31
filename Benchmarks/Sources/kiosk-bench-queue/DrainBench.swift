import BenchSupport
import CQueuePeer
import Foundation
import KioskModel
import KioskStore

/// A queue that has grown for weeks reaches the platform: bundles a second, and the memory that the sender takes.
struct DrainBench {
    private static let alone = "the same bodies posted one by one, nothing stored"
    private static let before = "the process before it began"
    private let folder: BenchFolder

    init(folder: BenchFolder) { self.folder = folder }

    func run(_ report: Report, long: Bool) async throws {
        let short = try await drain(3000, to: try CountedPlatform())
        try report.line("drain-rate", short.rate, "bundles/s", atLeast: 500)
        try report.line("drain-rate", short.rate, "bundles/s", against: Self.alone, short.plainRate)
        try report.line("drain-3k-peak-mb", short.peak, "MB", against: Self.before, short.idle)
        if let lab = try await LabPlatform(folder) {
            let judged = try await drain(3000, to: lab)
            try report.line("drain-rate-lab", judged.rate, "bundles/s", atLeast: 500)
            try report.line(
                "drain-rate-lab", judged.rate, "bundles/s", against: "the platform that only counts", short.rate)
            try report.line("drain-rate-lab", judged.rate, "bundles/s", against: Self.alone, judged.plainRate)
        } else {
            note("drain-rate-lab not run: no kiosk-lab beside this program")
        }
        guard long else { return }
        let whole = try await drain(100_000, to: try CountedPlatform())
        try report.line("drain-100k-rate", whole.rate, "bundles/s", against: Self.alone, whole.plainRate)
        try report.line("drain-100k-peak-mb", whole.peak, "MB", atMost: 60)
        try report.line("drain-100k-peak-mb", whole.peak, "MB", against: Self.before, whole.idle)
        try report.line(
            "drain-100k-kept-aside", Double(whole.quarantined), "rows", against: "rows damaged on the medium", 1)
    }

    /// Each part in a process of its own, so that memory is the sender's alone.
    private func drain(_ count: Int, to platform: any MeasuredPlatform) async throws -> DrainOutcome {
        defer { platform.end() }
        let path = folder.fresh("queue")
        defer { BenchStore.remove(path) }
        try await fill(path, count)
        // One among them is damaged on the medium: it must stop neither the start nor the rest.
        guard peer_damage(path, count / 2) == 0 else { throw BenchError("no row could be damaged") }
        // As systemd/kioskd.service has it.
        let drain = try BenchProcess(["drain", path, platform.base], environment: ["MALLOC_ARENA_MAX": "2"])
        defer { drain.end() }
        let outcome = try JSONDecoder().decode(DrainOutcome.self, from: Data(try drain.line().utf8))
        let (distinct, again) = try await platform.counts()
        guard outcome.bundles == count, outcome.quarantined == 1, distinct == count - 1 + Drain.plain, again == 0
        else {
            throw BenchError("\(count) queued: \(outcome), \(distinct) arrived, \(again) of them again")
        }
        return outcome
    }

    private func fill(_ path: String, _ count: Int) async throws {
        let store = try BenchStore.open(path)
        let sample = try SampleConsultation()
        var number = 0
        while number < count {
            var change = StoreChange()
            for _ in 0..<min(50, count - number) {
                change.send(try sample.item())
                number += 1
            }
            try await store.commit(change)
        }
        try store.close()
    }
}
