/// Why some bytes are no frame.
public enum FrameError: UInt8, Error, Sendable, Hashable {
    /// Not a stuffed sequence.
    case stuffing
    /// Shorter than header and CRC.
    case short
    /// Longer than any frame.
    case long
    /// The CRC does not match.
    case checksum
}
