import BenchSupport
import Foundation
import KioskPlatform

/// What kioskd itself uses of a processor while nobody comes: the program that ships, with the laboratory's devices on
/// USB/IP, no visit and nothing to send.
struct IdleBench {
    private static let seconds = 30.0
    private static let settling = 10.0
    let folder: BenchFolder

    func run(_ report: Report) async throws {
        guard let lab = BenchProcess.sibling("kiosk-lab"), let kioskd = BenchProcess.sibling("kioskd") else {
            return note("idle-cpu not run: no kioskd and kiosk-lab beside this program")
        }
        let place = folder.file("idle")
        let laboratory = try BenchProcess(
            ["serve", place, "--exit-with-stdin"], program: lab, log: folder.file("lab.log"))
        defer { laboratory.end() }
        try await wait(for: "the laboratory") {
            (try? BenchProcess.output(of: lab, ["say", place, "status"])) != nil
        }
        // Readers, printer and cabinet; then the ID reader too, whose module is asked for a card all the time.
        for (name, devices, leavesOut) in [("idle-cpu", 4, ["idcard"]), ("idle-cpu-with-id-reader", 5, [])] {
            let load = try await load(of: kioskd, in: place, devices: devices, without: leavesOut)
            try report.line(name, load, "%", atMost: 0.5)
        }
    }

    private func load(of program: String, in place: String, devices: Int, without: [String]) async throws -> Double {
        let configuration = place + "/bench-\(devices).toml"
        let whole = try String(contentsOfFile: place + "/kioskd.toml", encoding: .utf8)
        try Self.configuration(whole, without: without)
            .write(toFile: configuration, atomically: true, encoding: .utf8)
        let daemon = try BenchProcess(
            ["--config", configuration, "--exit-with-stdin"], program: program, log: folder.file("kioskd.log"))
        defer { daemon.end() }
        try await wait(for: "\(devices) ready devices") { try Self.readyDevices(place + "/kioskd.sock") == devices }
        try await Task.sleep(for: .seconds(Self.settling))
        let load = try await ProcessFigures.load(of: daemon.identifier, over: Self.seconds)
        guard daemon.isRunning, try Self.readyDevices(place + "/kioskd.sock") == devices else {
            throw BenchError("kioskd did not keep its \(devices) devices")
        }
        return load
    }

    /// The configuration without the tables of some devices.
    private static func configuration(_ text: String, without devices: [String]) -> String {
        text.components(separatedBy: "\n\n").filter { table in
            !devices.contains { table.hasPrefix("[devices.\($0)]") }
        }.joined(separator: "\n\n")
    }

    /// How many devices kioskd calls ready; 0 while it does not answer.
    private static func readyDevices(_ socket: String) throws -> Int {
        guard let stream = try? SocketStream.connect(unix: socket) else { return 0 }
        try stream.write(Array("GET /v1/devices HTTP/1.1\r\nhost: kiosk\r\nconnection: close\r\n\r\n".utf8))
        var answer: [UInt8] = []
        while let more = try? stream.read(upTo: 65536, deadline: .now + .seconds(5)), !more.isEmpty { answer += more }
        return String(decoding: answer, as: UTF8.self).components(separatedBy: #""state":"ready""#).count - 1
    }
}
