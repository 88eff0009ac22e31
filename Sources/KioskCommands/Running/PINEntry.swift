import Foundation
import KioskModel

/// Takes a PIN from whoever sits at the terminal. It is never an argument: those show in the list of processes.
enum PINEntry {
    private static let longest = 64

    /// One line of standard input, without echo where that is a terminal; nil where there is none.
    static func read(prompt: String) -> Secret<String>? {
        var saved = termios()
        let isTerminal = tcgetattr(STDIN_FILENO, &saved) == 0
        if isTerminal {
            Console.standard.err(prompt)
            var silent = saved
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        }
        defer {
            if isTerminal {
                tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
                Console.standard.err("\n")
            }
        }
        guard let line = readLine(), !line.isEmpty, line.utf8.count <= longest else { return nil }
        return Secret(line)
    }
}
