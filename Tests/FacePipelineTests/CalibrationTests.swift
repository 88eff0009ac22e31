import Foundation
import KioskModel
import KioskTestSupport
import Testing

@testable import FacePipeline

@Suite(.timeLimit(.minutes(1)))
struct CalibrationScoresTests {
    @Test func `rates count scores at or above the threshold as matches`() throws {
        var scores = CalibrationScores()
        for score in [0.9, 0.8, 0.49, 0.4] { scores.genuine.add(score) }
        for score in [-0.1, 0.0, 0.1, 0.45] { scores.impostor.add(score) }
        let findings = scores.findings()
        let row = try #require(findings.points.first { $0.threshold == 0.4 })
        #expect(row.fmr == 0.25)
        #expect(row.fnmr == 0)
        // At 0.49 the score of 0.49 still matches.
        #expect(findings.proposed.threshold == 0.49)
        #expect(findings.proposed.fnmr == 0.25)
        #expect(findings.proposed.fmr == 0)
        #expect(findings.accuracy == 0.875)
        #expect(try abs(#require(findings.equalErrorRate) - 0.125) < 0.126)
        #expect(findings.thresholdAtTarget == nil)
    }

    @Test func `with enough pairs the threshold is the least one at the target rate`() throws {
        var scores = CalibrationScores()
        for index in 0..<100_000 { scores.impostor.add(Double(index) / 200_000) }
        for _ in 0..<10 { scores.genuine.add(0.9) }
        let findings = scores.findings()
        let threshold = try #require(findings.thresholdAtTarget)
        // Two of 100 000 may reach it: 0.49999 and 0.499995.
        #expect((0.4998...0.5001).contains(threshold))
        #expect(try #require(findings.proposed.fmr) <= 2e-5)
        #expect(findings.accuracy == 1)
        #expect(findings.equalErrorRate == 0)
    }

    @Test func `too few pairs propose at least a threshold above every impostor`() {
        var scores = CalibrationScores()
        scores.impostor.add(0.61)
        let findings = scores.findings()
        #expect(findings.thresholdAtTarget == nil)
        #expect(findings.proposed.threshold > 0.61)
        #expect(findings.proposed.fnmr == nil)
        #expect(findings.accuracy == nil)
    }

    @Test(arguments: [(0, 3000, 0.000998), (0, 10, 0.2589), (2, 100, 0.0616)])
    func `the upper bound is Clopper and Pearson's`(_ example: (errors: Int, total: Int, bound: Double)) throws {
        let bound = try #require(CalibrationScores.upperBound(errors: example.errors, of: example.total))
        #expect(abs(bound / example.bound - 1) < 0.01)
    }

    @Test func `odd scores do not upset the histogram`() {
        var histogram = ScoreHistogram()
        for score in [Double.nan, .infinity, -.infinity] { histogram.add(score) }
        #expect(histogram.total == 0)
        for score in [1.0001, -1.2, 1e300] { histogram.add(score) }
        #expect(histogram.reaching().first == 3)
        #expect(histogram.reaching().last == 2)
    }

    @Test func `a folder without persons is an error that says so`() throws {
        let folder = TemporaryFolder("calibration")
        try Data().write(to: URL(fileURLWithPath: folder.file("loose.jpg")))
        for path in [folder.path, folder.file("none")] {
            #expect(throws: CalibrationError.self) { try CalibrationFolder(path: path) }
        }
    }
}

@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: FaceData.isThere, FaceData.absent))
struct FaceCalibrationTests {
    private let folder = TemporaryFolder("persons")

    private func fill() throws {
        for (person, pictures) in [
            ("a", ["person-a-1", "person-a-2", "person-a-3"]), ("b", ["person-b-1", "person-b-2"]),
            ("c", ["live-1"]), ("crowd", ["two-people"]),
        ] {
            try FileManager.default.createDirectory(
                atPath: folder.file(person), withIntermediateDirectories: true)
            for picture in pictures {
                try folder.link("\(person)/\(picture).jpg", to: "\(FaceData.faces)/\(picture).jpg")
            }
        }
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: folder.file("b/x.jpg")))
    }

    @Test func `photographs of known persons give rates, and too few of them no certainty`() throws {
        try fill()
        let calibration = try FaceCalibration(models: ModelStore(folder: FaceData.models), policy: .production)
        let report = try calibration.run(folder: folder.path)
        #expect(report.genuinePairs == 4)
        #expect(report.impostorPairs == 11)
        #expect(report.skipped == ["several faces": 1, "the file is damaged": 1])
        #expect(report.accuracy == 1)
        #expect(report.equalErrorRate == 0)
        #expect(report.thresholdAtTarget == nil)
        #expect(report.notes.contains { $0.hasPrefix("too few impostor pairs (11)") })
        let table = CalibrationTable(report).text
        #expect(table.contains("threshold at FMR 2e-5: not measurable"))
        #expect(table.contains("proposed threshold: 0.4900"))

        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any]
        #expect(json?["pairs"] as? Int == 15)
        #expect(json?["accuracy"] as? Double == 1)
        #expect(json?["eer"] as? Double == 0)
        #expect(json?["threshold_at_fmr_2e-5"] is NSNull)
        #expect(json?["proposed_threshold"] as? Double == 0.49)
    }

    @Test func `fused probes are compared with fused templates`() throws {
        try fill()
        let report = try FaceCalibration(
            models: ModelStore(folder: FaceData.models), policy: .production, templates: 2, fused: 1
        ).run(folder: folder.path)
        #expect(report.genuinePairs == 1)
        #expect(report.impostorPairs == 1)
    }
}
