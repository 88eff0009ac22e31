import CLinux
import Foundation
import KioskPlatform
import Synchronization

/// One serial line of an emulated board: a Unix socket to which the emulator connects, again after each start.
///
/// A thread of its own reads; it is also a metronome where a period is given.
final class BoardLine: Sendable {
    typealias Handler = @Sendable (_ bytes: [UInt8]) -> [UInt8]

    private let listener: SocketListener
    private let current = Mutex<SocketStream?>(nil)

    /// `handler` gets what came, or nothing when the period has passed, and says what to answer.
    init(path: String, period: Duration? = nil, handler: @escaping Handler) throws {
        listener = try SocketListener.listen(unix: path, mode: 0o600)
        let thread = Thread { [self] in
            clinux_name_thread("board-line")
            while let stream = try? listener.accept() {
                current.withLock { $0 = stream }
                serve(stream, period: period, handler)
                current.withLock { if $0 === stream { $0 = nil } }
            }
        }
        thread.stackSize = 512 * 1024
        thread.start()
    }

    var isConnected: Bool { current.withLock { $0 != nil } }

    /// Sends what the line takes at once; the rest is lost, as on a line without flow control.
    func write(_ bytes: [UInt8]) {
        let stream = current.withLock { $0 }
        try? stream?.write(bytes, deadline: .now)
    }

    func stop() {
        listener.shutdown()
        current.withLock { $0 }?.shutdown()
    }

    private func serve(_ stream: SocketStream, period: Duration?, _ handler: Handler) {
        while true {
            do {
                let bytes = try stream.read(upTo: 4096, deadline: period.map { .now + $0 })
                guard !bytes.isEmpty else { return }
                let answer = handler(bytes)
                if !answer.isEmpty { try stream.write(answer, deadline: .now + .seconds(1)) }
            } catch let error as SystemCallError where error.code == ETIMEDOUT {
                _ = handler([])
            } catch {
                return
            }
        }
    }
}
