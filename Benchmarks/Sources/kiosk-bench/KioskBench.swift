import Foundation

/// `kiosk-bench queue [--long] [--json]`: how fast the store takes messages, and how fast they reach a platform.
///
/// `drain` and `platform` are processes of its own that `queue` starts.
@main
struct KioskBench {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        switch words.first {
        case "queue" where Set(words.dropFirst()).isSubset(of: ["--json", "--long"]):
            let folder = try BenchFolder()
            let report = Report(json: words.contains("--json"))
            try await EnqueueBench(folder: folder).run(report)
            try await DrainBench(folder: folder).run(report, long: words.contains("--long"))
        case "drain" where words.count == 3: try await Drain(store: words[1], platform: words[2]).run()
        case "platform" where words.count == 1: try await CountingPlatform.serve()
        default:
            FileHandle.standardError.write(Data("usage: kiosk-bench queue [--long] [--json]\n".utf8))
            exit(64)
        }
    }
}
