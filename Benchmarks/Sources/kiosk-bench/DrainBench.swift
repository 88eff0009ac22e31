import CPeer
import Foundation
import KioskModel
import KioskStore

/// A queue that has grown for weeks reaches the platform: bundles a second, and the memory that the sender takes.
struct DrainBench {
    private let folder: BenchFolder

    init(folder: BenchFolder) { self.folder = folder }

    func run(_ report: Report, long: Bool) async throws {
        let short = try await drain(3000)
        try report.line(
            "drain-rate", short.rate, "bundles/s", against: "the same bodies posted one by one, nothing stored",
            short.plainRate)
        try report.line(
            "drain-3k-peak-mb", short.peak, "MB", against: "the process before it began", short.idle)
        guard long else { return }
        let whole = try await drain(100_000)
        try report.line(
            "drain-100k-rate", whole.rate, "bundles/s", against: "the same bodies posted one by one, nothing stored",
            whole.plainRate)
        try report.line("drain-100k-peak-mb", whole.peak, "MB", against: "the process before it began", whole.idle)
    }

    /// Each part in a process of its own, so that memory is the sender's alone.
    private func drain(_ count: Int) async throws -> DrainOutcome {
        let path = folder.fresh("queue")
        defer { folder.remove(path) }
        try await fill(path, count)
        // One among them is damaged on the medium: it must stop neither the start nor the rest.
        guard peer_damage(path, count / 2) == 0 else { throw BenchError("no row could be damaged") }
        let platform = try BenchProcess(["platform"])
        defer { platform.end() }
        let address = try platform.line()
        let drain = try BenchProcess(["drain", path, address])
        defer { drain.end() }
        let outcome = try JSONDecoder().decode(DrainOutcome.self, from: Data(try drain.line().utf8))
        guard outcome.bundles == count, outcome.quarantined == 1, outcome.distinct == count - 1, outcome.again == 0
        else {
            throw BenchError("\(count) queued: \(outcome)")
        }
        return outcome
    }

    private func fill(_ path: String, _ count: Int) async throws {
        let store = try BenchFolder.open(path)
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

/// What a drain found, from its process.
struct DrainOutcome: Codable {
    /// How many waited, and how many of them the sender kept aside.
    let bundles: Int
    let quarantined: Int
    /// Encounters that the platform counted, and how many came more than once.
    let distinct: Int
    let again: Int
    let rate: Double
    let plainRate: Double
    /// Resident memory in MB: before the queue was opened, and the most while it was emptied.
    let idle: Double
    let peak: Double
}
