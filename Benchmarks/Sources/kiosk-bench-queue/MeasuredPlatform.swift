import BenchSupport
import Foundation

/// A platform in a process of its own.
protocol MeasuredPlatform {
    /// Its FHIR base.
    var base: String { get }
    /// Consultations that arrived, and how many came more than once.
    func counts() async throws -> (distinct: Int, again: Int)
    func end()
}

/// The one that only counts.
struct CountedPlatform: MeasuredPlatform {
    let base: String
    private let process: BenchProcess

    init() throws {
        process = try BenchProcess(["platform"])
        base = try process.line()
    }

    func counts() async throws -> (distinct: Int, again: Int) {
        let counts = try await CountingPlatform.counts(base)
        return (counts.distinct, counts.again)
    }

    func end() { process.end() }
}

/// The laboratory's stand-in, as `kiosk-lab serve` runs it: it judges each resource and keeps each bundle in a file.
struct LabPlatform: MeasuredPlatform {
    private struct Ports: Decodable { let platform: Int }

    let base: String
    private let process: BenchProcess
    private let program: String
    private let folder: String

    /// Nil where there is no kiosk-lab beside this program.
    init?(_ bench: BenchFolder) async throws {
        guard let program = BenchProcess.sibling("kiosk-lab") else { return nil }
        let folder = bench.file("lab")
        let process = try BenchProcess(
            ["serve", folder, "--exit-with-stdin"], program: program, log: bench.file("lab.log"))
        let file = URL(fileURLWithPath: folder + "/ports.json")
        do {
            try await wait(for: "the laboratory") {
                (try? BenchProcess.output(of: program, ["say", folder, "status"])) != nil
            }
            let ports = try JSONDecoder().decode(Ports.self, from: Data(contentsOf: file))
            base = "http://127.0.0.1:\(ports.platform)/fhir"
        } catch {
            process.end()
            throw error
        }
        (self.process, self.program, self.folder) = (process, program, folder)
    }

    /// It counts each arrival: a consultation that came twice makes the count wrong.
    func counts() async throws -> (distinct: Int, again: Int) {
        let answer = try BenchProcess.output(of: program, ["say", folder, "count", "bundles"])
        guard let count = Int(answer.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw BenchError("the laboratory counts '\(answer)'")
        }
        return (count, 0)
    }

    func end() { process.end() }
}
