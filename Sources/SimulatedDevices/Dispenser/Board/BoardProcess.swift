import Foundation
import KioskPlatform
import Synchronization

/// One run of an emulator: a process of its own, which ends with this one, however this one ends.
final class BoardProcess: Sendable {
    private enum Phase {
        case starting
        case running(pid_t)
        case ended
    }

    private let phase = Mutex(Phase.starting)

    /// Starts `program` with its output in a log file.
    ///
    /// `setpriv` gives the child the kernel's word that it is killed when the thread that started it ends; that
    /// thread does nothing but wait for the child.
    init(_ program: String, _ arguments: [String], logPath: String) {
        let thread = Thread { [self] in
            let child = Self.spawn(["/usr/bin/setpriv", "--pdeathsig", "KILL", program] + arguments, logPath: logPath)
            guard let child else { return phase.withLock { $0 = .ended } }
            phase.withLock { $0 = .running(child) }
            // Not reaped until the phase says so: nobody can signal another process with this number.
            var info = siginfo_t()
            while waitid(P_PID, id_t(child), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            phase.withLock { $0 = .ended }
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
        }
        thread.stackSize = 128 * 1024
        thread.start()
    }

    var hasEnded: Bool {
        phase.withLock { if case .ended = $0 { true } else { false } }
    }

    /// SIGKILL; nothing where it has ended or not begun.
    func kill() {
        phase.withLock { if case .running(let child) = $0 { _ = Foundation.kill(child, SIGKILL) } }
    }

    private static func spawn(_ command: [String], logPath: String) -> pid_t? {
        let log = open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { return nil }
        defer { close(log) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, log, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO)
        let arguments = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var child: pid_t = 0
        return posix_spawn(&child, command[0], &actions, nil, arguments, environ) == 0 ? child : nil
    }
}
