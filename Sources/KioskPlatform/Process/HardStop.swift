import Dispatch
import Foundation

/// Ends the process in time even where a device or a peer hangs during the shutdown.
///
/// Only for programs that persist every step before its act: nothing is lost by it.
public enum HardStop {
    // Kept for the life of the process; a released source would no longer fire.
    nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

    /// On SIGTERM or SIGINT the process exits with 0 after this many seconds at the latest. Call it once, at the start.
    public static func arm(after seconds: Double) {
        for number in [SIGTERM, SIGINT] {
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInteractive))
            source.setEventHandler {
                DispatchQueue.global(qos: .userInteractive).asyncAfter(deadline: .now() + seconds) { _exit(0) }
            }
            source.resume()
            sources.append(source)
        }
    }
}
