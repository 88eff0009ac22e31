import ArgumentParser
import FacePipeline
import Foundation
import KioskModel

/// Prints how often the models err at each threshold on photographs of known persons.
struct CalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate", abstract: "Measures FMR and FNMR on a folder with one folder of JPEGs a person.",
        discussion: """
            The threshold that it proposes belongs into the kiosk's signed configuration, for these models and this \
            number of pictures alone. It keeps nothing and writes no picture.
            """)

    @Argument(help: "The folder; each folder in it holds the JPEGs of one person.")
    var folder: String

    @Option(help: "The folder of face models; by default $KIOSK_MODELS.")
    var models: String?

    @Option(help: "Pictures that make one template.")
    var templates = 1

    @Option(help: "Pictures that make one probe.")
    var fused = 1

    @Flag(help: "Compare pictures too that the quality gates would turn away.")
    var withoutGates = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...16).contains(templates), (1...16).contains(fused) else {
            throw ValidationError("--templates and --fused take 1 to 16")
        }
    }

    func run() throws {
        guard let models = models ?? ProcessInfo.processInfo.environment["KIOSK_MODELS"], !models.isEmpty else {
            throw ValidationError("--models or KIOSK_MODELS must name the folder of face models")
        }
        var policy = ScanPolicy.production
        if withoutGates { policy.gates = .off }
        let report: CalibrationReport
        do {
            report = try FaceCalibration(
                models: ModelStore(folder: models), policy: policy, templates: templates, fused: fused
            ).run(folder: folder)
        } catch {
            FileHandle.standardError.write(Data("kiosk-visiond: \(error)\n".utf8))
            throw ExitCode(1)
        }
        print(try json ? Self.json(report) : CalibrationTable(report).text)
    }

    private static func json(_ report: CalibrationReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }
}
