/// What the host and the camera agree on for a stream: the probe and commit controls (UVC 1.1, table 4-47).
struct UVCStreamSettings: Sendable, Hashable {
    /// Bytes of the control.
    static let length = 34
    /// Bytes of a payload with its header: what the kernel's driver asks for in one transfer.
    static let payload = 16_384

    private(set) var format: UInt8 = 1
    private(set) var frame: UInt8 = 1
    /// In units of 100 ns.
    private(set) var interval = UVCVideoFormat.intervals[0]

    /// What the camera does about a host's wish: as asked where it can, the nearest that it has otherwise.
    ///
    /// Nil where the bytes are no such control. UVC 1.0 hosts send the first 26 bytes.
    init?(negotiating bytes: [UInt8]) {
        guard bytes.count >= 26, bytes.count <= 48 else { return nil }
        let wish = (format: bytes[2], frame: bytes[3])
        if UVCVideoFormat.find(format: wish.format, frame: wish.frame) != nil {
            (format, frame) = wish
        } else if UVCVideoFormat.find(format: wish.format, frame: 1) != nil {
            format = wish.format
        }
        let asked = bytes[4..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // The shortest interval that is not shorter than the one asked for.
        interval = UVCVideoFormat.intervals.first { UInt64($0) >= asked } ?? UVCVideoFormat.intervals.last ?? interval
    }

    init() {}

    var picture: (encoding: UVCVideoFormat.Encoding, size: UVCVideoFormat.Size) {
        UVCVideoFormat.find(format: format, frame: frame)
            ?? (.mjpeg, UVCVideoFormat.Size(width: 640, height: 480))
    }

    var encoded: [UInt8] {
        // Hint: the interval is kept. Key frame rate, P frames, quality, window and delay do not apply.
        [1, 0, format, frame] + Self.long(interval) + [UInt8](repeating: 0, count: 10)
            + Self.long(UInt32(picture.size.bytes)) + Self.long(UInt32(Self.payload))
            + Self.long(UVCDescriptors.clockFrequency) + [3, 0, 0, 0]
    }

    private static func long(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * UInt32($0)) & 0xFF) } }
}
