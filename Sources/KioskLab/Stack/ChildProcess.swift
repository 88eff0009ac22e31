import CLinux
import Foundation
import KioskPlatform
import Synchronization

/// A program of the kiosk, started by the laboratory with its output in a log file.
///
/// Its standard input is a pipe that this process holds: when this process dies, however, the child ends too.
public final class ChildProcess: Sendable {
    public let name: String
    public let logPath: String
    public let identifier: pid_t
    private let standardInput: Mutex<Int32?>
    private let ended = Mutex<Int32?>(nil)

    /// Throws `SystemCallError` where the program can't be started.
    public init(_ program: String, _ arguments: [String], logPath: String, environment: [String: String]) throws {
        name = (program as NSString).lastPathComponent
        self.logPath = logPath
        var ends: [Int32] = [0, 0]
        guard clinux_pipe(&ends) == 0 else { throw SystemCallError("pipe") }
        let log = open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard log >= 0 else {
            let error = SystemCallError("open \(logPath)")
            ends.forEach { close($0) }
            throw error
        }
        defer {
            close(log)
            close(ends[0])
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, log, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO)

        let argv = ([program] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, program, &actions, nil, argv, envp)
        guard result == 0 else {
            close(ends[1])
            throw SystemCallError("start \(program)", code: result)
        }
        identifier = child
        standardInput = Mutex(ends[1])
        reap()
    }

    deinit { closeStandardInput() }

    /// What happens by itself when this process dies.
    public func closeStandardInput() {
        standardInput.withLock {
            if let descriptor = $0 { close(descriptor) }
            $0 = nil
        }
    }

    public var isRunning: Bool { ended.withLock { $0 == nil } }

    /// The wait status' exit code, or 128 + signal; nil while it runs.
    public var exitCode: Int32? { ended.withLock { $0 } }

    public func signal(_ number: Int32) {
        ended.withLock { if $0 == nil { kill(identifier, number) } }
    }

    /// SIGTERM, then SIGKILL after the limit. Returns how long it took to end.
    @discardableResult
    public func stop(within limit: Duration = .seconds(5)) async -> Duration {
        let start = ContinuousClock.now
        signal(SIGTERM)
        while isRunning, ContinuousClock.now - start < limit { try? await Task.sleep(for: .milliseconds(10)) }
        if isRunning { signal(SIGKILL) }
        while isRunning { try? await Task.sleep(for: .milliseconds(10)) }
        return ContinuousClock.now - start
    }

    /// The last lines of its log, for an error message.
    public func tail(_ count: Int = 15) -> String {
        let text = (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(count).joined(separator: "\n")
    }

    private func reap() {
        let child = identifier
        let thread = Thread { [self] in
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
            ended.withLock { $0 = code }
        }
        thread.stackSize = 128 * 1024
        thread.start()
    }
}
