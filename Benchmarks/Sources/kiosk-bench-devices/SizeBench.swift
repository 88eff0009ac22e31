import BenchSupport
import Foundation

/// How large the controller's images are, beside the firmware that only echoes: what the cabinet itself costs.
struct SizeBench {
    /// `NAME=ELF`; the one that is named `echo` is the peer.
    let images: [String]

    func run(_ report: Report) throws {
        let pairs = images.compactMap { image -> (name: Substring, path: Substring)? in
            let parts = image.split(separator: "=", maxSplits: 1)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        guard let echo = pairs.first(where: { $0.name == "echo" }) else {
            return note("sizes not run: no --size echo=ELF")
        }
        let least = try sizes(String(echo.path))
        for pair in pairs where pair.name != "echo" {
            let own = try sizes(String(pair.path))
            try report.line(
                "\(pair.name)-text", own.text, "bytes", against: "the echo firmware's text", least.text)
            for (name, value) in [("data", own.data), ("bss", own.bss)] {
                try report.line(
                    "\(pair.name)-\(name)", value, "bytes", against: "a board's 64 KiB of RAM", 65536)
            }
        }
    }

    private func sizes(_ path: String) throws -> (text: Double, data: Double, bss: Double) {
        let output = try BenchProcess.output(of: "/usr/bin/size", [path])
        let fields = output.split(separator: "\n").dropFirst().first?.split(whereSeparator: \.isWhitespace) ?? []
        guard fields.count >= 3, let text = Double(fields[0]), let data = Double(fields[1]), let bss = Double(fields[2])
        else { throw BenchError("size says \(output)") }
        return (text, data, bss)
    }
}
