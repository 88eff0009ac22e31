import BenchSupport
import Foundation
import KioskPlatform
import KioskStore
import KioskSync

/// `drain STORE PLATFORM`: the sender that ships empties a queue; prints a `DrainOutcome`.
struct Drain {
    /// Bodies that are posted once more without a store.
    static let plain = 500
    let store: String
    let platform: String

    func run() async throws {
        let idle = ProcessFigures.memory("VmRSS")
        let queue = try BenchStore.open(store)
        let count = try await queue.queueSummary().pending
        let client = try FHIRPlatformClient(.init(base: platform, allowsPlainHTTP: true))
        let sender = OutboxSender(store: queue, client: client, clock: SystemClock())
        let start = ContinuousClock.now
        let task = Task { await sender.run() }
        while try await queue.queueSummary().pending > 0 {
            if ContinuousClock.now - start > .seconds(1800) { throw BenchError("not empty after half an hour") }
            try await Task.sleep(for: .milliseconds(count > 10_000 ? 500 : 20))
        }
        let took = (ContinuousClock.now - start).seconds
        task.cancel()
        await task.value
        let peak = ProcessFigures.memory("VmHWM")
        let plainRate = try await post(queue, client)
        let quarantined = try await queue.queueSummary().quarantined
        await client.shutdown()
        try queue.close()
        let outcome = DrainOutcome(
            bundles: count, quarantined: quarantined, rate: Double(count) / took, plainRate: plainRate, idle: idle,
            peak: peak)
        say(String(decoding: try JSONEncoder().encode(outcome), as: UTF8.self))
    }

    /// What the way alone can: the same client, one message after the other.
    private func post(_ queue: Store, _ client: FHIRPlatformClient) async throws -> Double {
        let sample = try SampleConsultation()
        let items = try (0..<Self.plain).map { _ in try sample.item() }
        let start = ContinuousClock.now
        for item in items {
            let delivery = await client.deliver(item)
            guard delivery == .acknowledged else { throw BenchError("posted alone: \(delivery)") }
        }
        return Double(items.count) / (ContinuousClock.now - start).seconds
    }
}

/// What a drain found, from its process.
struct DrainOutcome: Codable {
    /// How many waited, and how many of them the sender kept aside.
    let bundles: Int
    let quarantined: Int
    let rate: Double
    let plainRate: Double
    /// Resident memory in MB: before the queue was opened, and the most while it was emptied.
    let idle: Double
    let peak: Double
}
