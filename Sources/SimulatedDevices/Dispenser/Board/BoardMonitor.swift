import Foundation
import KioskPlatform

/// The emulator's control socket (QEMU Machine Protocol): sets the thermometer, lets the board run, and lets a debugger in.
enum BoardMonitor {
    static func setTemperature(_ degrees: Double, at path: String, thenRun: Bool) async throws {
        let thousandths = Int((degrees * 1000).rounded())
        let command =
            #"{"execute":"qom-set","arguments":{"path":"/machine/peripheral/thermometer","#
            + #""property":"temperature","value":\#(thousandths)}}"#
        try await execute([command] + (thenRun ? [#"{"execute":"cont"}"#] : []), at: path)
    }

    /// From now on a debugger may come to this socket.
    static func serveDebugger(on socket: String, at path: String) async throws {
        let command =
            #"{"execute":"human-monitor-command","arguments":{"command-line":"#
            + #""gdbserver unix:\#(socket),server=on,wait=off"}}"#
        try await execute([command], at: path)
    }

    private static func execute(_ commands: [String], at path: String) async throws {
        let commands = [#"{"execute":"qmp_capabilities"}"#] + commands
        try await onOwnThread("board-monitor") {
            let deadline = ContinuousClock.now + .seconds(10)
            let stream = try connect(path, until: deadline)
            defer { stream.shutdown() }
            try stream.write(Array(commands.joined(separator: "\n").utf8) + [0x0A], deadline: deadline)
            var answer = ""
            while answer.components(separatedBy: "\"return\"").count <= commands.count {
                let bytes = try stream.read(upTo: 4096, deadline: deadline)
                answer += String(decoding: bytes, as: UTF8.self)
                guard !bytes.isEmpty, !answer.contains("\"error\"") else { throw BoardError.notRunning(answer) }
            }
        }
    }

    /// The emulator opens its serial lines before it listens here, where its former life may have left a dead socket.
    static func connect(_ path: String, until deadline: ContinuousClock.Instant) throws -> SocketStream {
        while true {
            do {
                return try SocketStream.connect(unix: path)
            } catch let error as SystemCallError where error.code == ECONNREFUSED || error.code == ENOENT {
                guard ContinuousClock.now < deadline else { throw error }
                Thread.sleep(forTimeInterval: 0.005)
            }
        }
    }
}
