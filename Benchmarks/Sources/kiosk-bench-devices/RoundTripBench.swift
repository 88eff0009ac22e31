import BenchSupport
import Dispenser
import Foundation
import SimulatedDevices
import USBTransport

/// A question to the controller's image in QEMU and its answer, through the driver that ships; beside as many bytes sent
/// to a firmware that only echoes, on the same board behind the same USB function.
struct RoundTripBench {
    private static let rounds = 9
    private static let count = 40
    /// Bytes on the wire there and back, on average, of `identify` and its answer.
    private static let frame = [UInt8](repeating: 0x55, count: 23)
    let folder: BenchFolder
    let image: String
    let echo: String

    func run(_ report: Report) async throws {
        guard BoardDispenser.emulatorPath != nil else {
            return note("round-trip not run: \(BoardDispenser.emulator) is not installed (script/setup)")
        }
        let server = USBIPServer()
        let host = USBIPHost(host: "127.0.0.1", port: try await server.start())
        let board = try await plug(image, "1-1", server)
        let plain = try await plug(echo, "1-2", server)
        let driver = CabinetDriver(
            binding: USBRoleBinding(
                host: host, role: USBRole(name: "dispenser", path: "1-1", interfaceClass: 0x02), allowsSimulated: true),
            allowsLaboratoryKey: true)
        let line = try await EchoLine(host, "1-2")
        _ = try await driver.highWaterMark()
        // The emulator has seen that the echo's receiver was off, and looks at the line again only when something wakes
        // it; the controller's image always gives it something to do.
        try await Task.sleep(for: .milliseconds(200))
        try await plain.setTemperature(20)
        try await line.exchange(Self.frame)
        var times: (own: [Double], peer: [Double]) = ([], [])
        for _ in 0..<Self.rounds {
            times.own.append(try await time { _ = try await driver.highWaterMark() })
            times.peer.append(try await time { try await line.exchange(Self.frame) })
        }
        try report.line(
            "round-trip", times.own.median * 1000, "ms", against: "an echo of \(Self.frame.count) bytes, same board",
            times.peer.median * 1000)
        await driver.shutdown()
        await host.shutdown()
        await server.stop()
        await board.stop()
        await plain.stop()
    }

    private func time(_ body: () async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        for _ in 0..<Self.count { try await body() }
        return (ContinuousClock.now - start).seconds / Double(Self.count)
    }

    private func plug(_ image: String, _ bus: String, _ server: USBIPServer) async throws -> BoardDispenser {
        let place = folder.file(bus)
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let board = try BoardDispenser(image: image, folder: place, slots: [0: 3], serial: "BENCH-\(bus)")
        try await board.start()
        await server.plug(board, at: bus)
        return board
    }
}

/// The echo's line by bare bulk transfers.
private struct EchoLine {
    private static let limit = Duration.seconds(5)
    private let connection: any USBConnection
    private let output: UInt8
    private let input: UInt8

    init(_ host: USBIPHost, _ bus: String) async throws {
        guard let device = try await host.devices().first(where: { $0.path == bus }) else {
            throw BenchError("no board at \(bus)")
        }
        connection = try await host.open(device)
        guard let data = connection.configuration.interface(class: 0x0A),
            let output = data.endpoint(.bulk, .hostToDevice), let input = data.endpoint(.bulk, .deviceToHost)
        else { throw BenchError("the board's USB function has no data interface") }
        (self.output, self.input) = (output.address, input.address)
        try await connection.claim(interface: data.number)
        // SET_CONTROL_LINE_STATE with DTR (PSTN 1.2 section 6.3.12): from here on the board is listened to.
        let ready = USBSetup(requestType: 0x21, request: 0x22, value: 1)
        _ = try await connection.control(ready, data: [], timeout: Self.limit)
    }

    func exchange(_ bytes: [UInt8]) async throws {
        _ = try await connection.write(bytes, to: output, timeout: Self.limit)
        var back: [UInt8] = []
        while back.count < bytes.count {
            back += try await connection.read(upTo: 64, from: input, timeout: Self.limit)
        }
        guard back == bytes else { throw BenchError("the echo is another: \(back)") }
    }
}
