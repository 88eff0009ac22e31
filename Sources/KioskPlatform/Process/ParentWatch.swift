import CLinux
import Foundation

/// Ends this process when standard input ends: a laboratory's part does not outlive whoever started it.
///
/// The starter keeps the write end of a pipe open; its death, however sudden, closes it.
public func exitWithStandardInput() {
    let thread = Thread {
        clinux_name_thread("parent-watch")
        var buffer = [UInt8](repeating: 0, count: 64)
        while true {
            let got = read(STDIN_FILENO, &buffer, buffer.count)
            if got == 0 || (got < 0 && errno != EINTR) { break }
        }
        kill(getpid(), SIGTERM)
        // A process that does not heed SIGTERM in time is ended all the same.
        Thread.sleep(forTimeInterval: 5)
        _exit(1)
    }
    thread.stackSize = 128 * 1024
    thread.start()
}
