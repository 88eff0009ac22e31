import Foundation
import KioskPlatform

/// Takes one line of plain words per connection and answers `ok …` or `error …`.
final class LabControlServer: Sendable {
    private let listener: SocketListener

    /// `perform` is called for one line at a time.
    init(socketPath: String, perform: @escaping @Sendable (String) async -> String) throws {
        listener = try SocketListener.listen(unix: socketPath, mode: 0o600)
        let listener = listener
        let thread = Thread {
            while let connection = try? listener.accept() {
                Self.serve(connection, perform)
            }
        }
        thread.name = "lab-control"
        thread.start()
    }

    func stop() { listener.shutdown() }

    private static func serve(_ connection: SocketStream, _ perform: @escaping @Sendable (String) async -> String) {
        guard let line = try? readLine(connection) else { return }
        let done = DispatchSemaphore(value: 0)
        Task {
            let answer = await perform(line)
            try? connection.write(Array((answer + "\n").utf8), deadline: .now + .seconds(5))
            done.signal()
        }
        done.wait()
    }

    private static func readLine(_ connection: SocketStream) throws -> String {
        var bytes: [UInt8] = []
        while bytes.last != UInt8(ascii: "\n"), bytes.count < 4096 {
            let more = try connection.read(upTo: 512, deadline: .now + .seconds(5))
            if more.isEmpty { break }
            bytes += more
        }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// Says words to a running laboratory.
public struct LabControl: Sendable {
    private let socketPath: String

    public init(_ folder: LabFolder) { socketPath = folder.controlSocket }

    /// The answer without its `ok`. Throws `LabError` for `error …`, `SystemCallError` where no laboratory runs.
    @discardableResult
    public func say(_ words: String) async throws -> String {
        let path = socketPath
        let answer = try await onOwnThread("lab-say") {
            let stream = try SocketStream.connect(unix: path)
            try stream.write(Array((words + "\n").utf8), deadline: .now + .seconds(5))
            var bytes: [UInt8] = []
            while true {
                let more = try stream.read(upTo: 4096, deadline: .now + .seconds(30))
                if more.isEmpty { break }
                bytes += more
            }
            return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        guard answer.hasPrefix("ok") else { throw LabError(answer.isEmpty ? "no answer" : answer) }
        return String(answer.dropFirst(2)).trimmingCharacters(in: .whitespaces)
    }
}
