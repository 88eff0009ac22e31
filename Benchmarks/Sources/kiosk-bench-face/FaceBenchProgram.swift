import BenchSupport
import Foundation

/// `kiosk-bench-face [--json]`: each stage of the face pipeline beside the same calls in plain C++, the time to a
/// verdict, the face service's memory, and what a leased camera costs while nobody is scanned.
///
/// KIOSK_MODELS and KIOSK_FACES name the folders of models and photographs, KIOSK_CAMERA a V4L2 device.
/// `scan` and `lease` are processes of its own that it starts.
@main
struct FaceBenchProgram {
    static func main() async { await runBench(run) }

    private static func run() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let environment = ProcessInfo.processInfo.environment
        switch words.first {
        case "scan" where words.count == 4:
            try await ScanRun(models: words[1], film: Film(folder: words[2]), scans: Int(words[3]) ?? 1).run()
        case "lease" where words.count == 2: try await LeaseBench.hold(words[1])
        case _ where Set(words).isSubset(of: ["--json"]):
            let report = Report("face", json: words.contains("--json"))
            try await LeaseBench(device: environment["KIOSK_CAMERA"]).run(report)
            guard let data = FaceData(environment) else {
                return note("face not run: KIOSK_MODELS and KIOSK_FACES name no folders of models and photographs")
            }
            let folder = try BenchFolder()
            let film = try Film(making: data, in: folder)
            let frame = try StageBench(data: data, film: film).run(report)
            try await VerdictBench(data: data, film: film, plainFrame: frame).run(report)
            try await ServiceBench(data: data, film: film, folder: folder).run(report)
        default:
            note("usage: kiosk-bench-face [--json]")
            exit(64)
        }
    }
}
