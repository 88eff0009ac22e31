import BenchSupport
import FacePipeline
import Foundation
import KioskModel

/// `scan MODELS FILM SCANS`: enrols and verifies by the production policy; prints a `ScanOutcome`.
///
/// Without the head turns, which no photograph makes: they come after the comparison, and their last picture goes
/// through the same stages but for liveness.
struct ScanRun {
    let models: String
    let film: Film
    let scans: Int

    func run() async throws {
        var policy = ScanPolicy.production
        policy.challenge = nil
        let source = FilmSource(film)
        let scanner = FaceScanner(source: source, models: ModelStore(folder: models), policy: policy)
        let templates = try await scanner.capture(count: 3, timeLimit: 20) { _ in }
        var times: [Double] = []
        for _ in 0..<scans {
            let evidence = try await scanner.verify(Self.request(templates))
            let end = ContinuousClock.now
            guard evidence.verdict == .verified, let taken = source.lastTaken else {
                throw BenchError("the scan says \(evidence.verdict), \(evidence.reason.map { "\($0)" } ?? "-")")
            }
            times.append((end - taken).seconds)
        }
        say(String(decoding: try JSONEncoder().encode(ScanOutcome(times: times)), as: UTF8.self))
    }

    static func request(_ templates: [FaceTemplate]) -> FaceScanRequest {
        FaceScanRequest(
            doctor: "doctor-1", nonce: (0..<32).map { _ in UInt8.random(in: .min ... .max) },
            prescriptionDigest: [UInt8](repeating: 9, count: 32), templates: templates, threshold: 0.49, timeLimit: 20)
    }
}
