/// Why an emulated board does not run.
public enum BoardError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The emulator is not installed.
    case noEmulator(String)
    /// The firmware's image has not been built.
    case noImage(String)
    /// A file that is no firmware.
    case badImage(String)
    /// It ended or never connected; the last of what it said.
    case notRunning(String)

    public var description: String {
        switch self {
        case .noEmulator(let name): "\(name) is not installed; run script/setup"
        case .noImage(let path): "there is no firmware image at \(path); run script/firmware build mps2-an386"
        case .badImage(let reason): reason
        case .notRunning(let log): "the emulated board does not run: \(log)"
        }
    }
}
