import Foundation

/// A calibration's findings for people to read.
public struct CalibrationTable {
    private let report: CalibrationReport

    public init(_ report: CalibrationReport) { self.report = report }

    public var text: String {
        var lines = [
            "persons \(report.persons), pictures \(report.pictures), "
                + "template of \(report.templates), probe of \(report.fused)",
            "genuine pairs \(report.genuinePairs), impostor pairs \(report.impostorPairs)",
        ]
        lines += report.skipped.sorted { $0.key < $1.key }.map { "skipped \($0.value): \($0.key)" }
        lines += ["", Self.row("threshold", "FMR", "FNMR")]
        lines += report.points.map {
            let mark = $0.threshold == report.proposed.threshold ? "  proposed" : ""
            return Self.row(Self.decimal($0.threshold, 4), Self.rate($0.fmr), Self.rate($0.fnmr)) + mark
        }
        lines += [
            "", "accuracy \(Self.rate(report.accuracy))", "EER \(Self.rate(report.equalErrorRate))",
            "threshold at FMR 2e-5: \(report.thresholdAtTarget.map { Self.decimal($0, 4) } ?? "not measurable")",
            "proposed threshold: \(Self.decimal(report.proposed.threshold, 4)) "
                + "(FMR below \(Self.rate(report.highestFMR)) with 95 % confidence)",
        ]
        return (lines + report.notes.map { "note: \($0)" }).joined(separator: "\n")
    }

    private static func row(_ threshold: String, _ fmr: String, _ fnmr: String) -> String {
        [threshold, fmr, fnmr].map { String(repeating: " ", count: max(0, 11 - $0.count)) + $0 }.joined()
    }

    private static func rate(_ value: Double?) -> String {
        guard let value else { return "-" }
        return value > 0 && value < 0.0001 ? String(format: "%.1e", value) : decimal(value, 4)
    }

    private static func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }
}
