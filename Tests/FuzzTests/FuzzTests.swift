import Foundation
import KioskPlatform
import KioskTestSupport
import Testing

/// Replays each target's seeds and mutates them for a while; script/fuzz runs one for as long as it is told.
///
/// A crash names the target, the seed of the generator and the number of the input in the last line written.
@Suite(.serialized) struct FuzzTests {
    private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Golden/Fuzz").standardizedFileURL

    private static let environment = ProcessInfo.processInfo.environment
    private static let names = environment["KIOSK_FUZZ"].map { [$0] } ?? FuzzTarget.all.map(\.name)
    private static let seconds = environment["KIOSK_FUZZ_SECONDS"].flatMap { Double($0) } ?? 5

    @Test(.timeLimit(.minutes(60)), arguments: names)
    func `a decoder takes any bytes without a crash, a hang or growing`(name: String) async throws {
        // Not on the cooperative pool: the suites beside it would starve.
        try await onOwnThread("fuzz") {
            // On Linux this is the thread's alone: suites with time-outs come first.
            setpriority(Int32(PRIO_PROCESS.rawValue), 0, 19)
            try Self.fuzz(name)
        }
    }

    private static func fuzz(_ name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name }, "no target \(name)")
        let seeds = try seeds(name)
        #expect(!seeds.isEmpty)
        for seed in seeds { target.run(seed) }
        let number = environment["KIOSK_FUZZ_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
        print("fuzz \(name): seed \(number)")
        var mutator = SeedMutator(generator: SeededGenerator(seed: number), seeds: seeds)
        let start = ContinuousClock.now
        let memory = residentPages()
        var count = 0
        var slowest = Duration.zero
        while ContinuousClock.now - start < .seconds(seconds) {
            let input = mutator.next()
            let begin = ContinuousClock.now
            target.run(input)
            slowest = max(slowest, ContinuousClock.now - begin)
            count += 1
        }
        print("fuzz \(name): \(count) inputs, slowest \(slowest)")
        // A loaded machine may stop a thread for a while; what hangs takes longer.
        #expect(slowest < .seconds(10), "seed \(number)")
        // 64 MiB; in the whole test run other suites share this memory.
        if environment["KIOSK_FUZZ"] != nil { #expect(residentPages() - memory < 16_384, "seed \(number)") }
        #expect(count > 100)
    }

    /// One seed a line, in hex; after a blank comes what it is.
    private static func seeds(_ name: String) throws -> [[UInt8]] {
        let text = try String(contentsOf: corpus.appendingPathComponent(name + ".txt"), encoding: .utf8)
        return text.split(separator: "\n").map { line in
            let digits = Array((line.split(separator: " ", omittingEmptySubsequences: false).first ?? "").utf8)
            return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
            }
        }
    }

    /// The second number of /proc/self/statm.
    private static func residentPages() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
