import BenchSupport
import Foundation

/// `kiosk-bench-queue [--long] [--json]`: how fast the store takes messages, and how fast they reach a platform.
///
/// `enqueue` as the first word measures the first alone. `drain` and `platform` are processes of its own that it starts.
@main
struct QueueBenchProgram {
    static func main() async { await runBench(run) }

    private static func run() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        switch words.first {
        case "drain" where words.count == 3: try await Drain(store: words[1], platform: words[2]).run()
        case "platform" where words.count == 1: try await CountingPlatform.serve()
        case "enqueue" where Set(words.dropFirst()).isSubset(of: ["--json"]):
            try await EnqueueBench(folder: try BenchFolder()).run(Report("queue", json: words.contains("--json")))
        case _ where Set(words).isSubset(of: ["--json", "--long"]):
            let folder = try BenchFolder()
            let report = Report("queue", json: words.contains("--json"))
            try await EnqueueBench(folder: folder).run(report)
            try await EnqueueBench(folder: folder).runUrgent(report)
            try await DrainBench(folder: folder).run(report, long: words.contains("--long"))
        default:
            note("usage: kiosk-bench-queue [enqueue] [--long] [--json]")
            exit(64)
        }
    }
}
