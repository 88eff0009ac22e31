import BenchSupport
import Foundation
import KioskModel
import VisionProtocol

/// The program that ships, asked over its socket: its memory after scans.
struct ServiceBench {
    private static let scans = 20
    let data: FaceData
    let film: Film
    let folder: BenchFolder

    func run(_ report: Report) async throws {
        guard let program = BenchProcess.sibling("kiosk-visiond") else {
            return note("rss-mb not run: no kiosk-visiond beside this program")
        }
        let socket = folder.file("vision.sock")
        let service = try BenchProcess(
            [
                "--socket", socket, "--models", data.models, "--source", "folder:" + film.folder, "--policy", "lab",
                "--exit-with-stdin",
            ], program: program, log: folder.file("vision.log"))
        defer { service.end() }
        let client = VisionClient(socketPath: socket)
        try await wait(for: "the face service") { await client.status().state == .ready }
        let fresh = ProcessFigures.memory("VmRSS", of: service.identifier)
        let templates = try await client.capture(count: 1, timeLimit: 20) { _ in }
        for _ in 0..<Self.scans {
            let evidence = try await client.verify(ScanRun.request(templates))
            guard evidence.verdict == .verified else { throw BenchError("the service says \(evidence.verdict)") }
        }
        let after = ProcessFigures.memory("VmRSS", of: service.identifier)
        try report.line("rss-mb", after, "MB", atMost: 120)
        try report.line("rss-mb", after, "MB", against: "itself before \(Self.scans) scans, models loaded", fresh)
        try report.line("rss-peak-mb", ProcessFigures.memory("VmHWM", of: service.identifier), "MB", atMost: 120)
    }
}
