import BenchSupport
import Foundation

/// `kiosk-bench-devices usb|print|dispenser [--json] [--image ELF --echo ELF --size NAME=ELF…]`
///
/// `reader` and `card` are processes of its own that `usb` starts.
@main
struct DeviceBenchProgram {
    static func main() async { await runBench(run) }

    private static func run() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let subject = words.first ?? ""
        let report = Report(subject, json: words.contains("--json"))
        switch subject {
        case "reader" where words.count == 1: try await ReaderProcess.serve()
        case "card" where words.count == 2: try await VirtualCard.serve(port: UInt16(words[1]) ?? 0)
        case "usb":
            let folder = try BenchFolder()
            try await APDUBench(folder: folder).run(report)
            try await IdleBench(folder: folder).run(report)
        case "print": try await PrintBench(folder: try BenchFolder()).run(report)
        case "dispenser":
            try CodecBench().run(report)
            try SizeBench(images: Self.values(of: "--size", in: words)).run(report)
            let images = (Self.values(of: "--image", in: words).first, Self.values(of: "--echo", in: words).first)
            guard let image = images.0, let echo = images.1 else {
                return note("round-trip not run: no --image and --echo")
            }
            try await RoundTripBench(folder: try BenchFolder(), image: image, echo: echo).run(report)
        default:
            note("usage: kiosk-bench-devices usb|print|dispenser [--json]")
            exit(64)
        }
    }

    private static func values(of option: String, in words: [String]) -> [String] {
        zip(words, words.dropFirst()).filter { $0.0 == option }.map(\.1)
    }
}
