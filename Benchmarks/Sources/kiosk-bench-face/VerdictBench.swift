import BenchSupport
import Foundation

/// How long after the last picture that the policy needs the verdict comes, in a process that does nothing else.
struct VerdictBench {
    private static let scans = 40
    let data: FaceData
    let film: Film
    /// Seconds of the plain C++ program for one picture.
    let plainFrame: Double

    func run(_ report: Report) async throws {
        let child = try BenchProcess(["scan", data.models, film.folder, String(Self.scans)])
        defer { child.end() }
        let outcome = try JSONDecoder().decode(ScanOutcome.self, from: Data(try child.line().utf8))
        let milliseconds = outcome.times.map { $0 * 1000 }
        let p95 = milliseconds.percentile(95)
        try report.line("verdict-p95-ms", p95, "ms", atMost: 400)
        let peer = "the plain C++ program's five stages on one picture"
        try report.line("verdict-p95-ms", p95, "ms", against: peer, plainFrame * 1000)
        try report.line("verdict-median-ms", milliseconds.median, "ms", against: peer, plainFrame * 1000)
    }
}

/// What a process of scans found.
struct ScanOutcome: Codable {
    /// Seconds from the last picture that was needed, as it came from the camera, to the verdict.
    let times: [Double]
}
