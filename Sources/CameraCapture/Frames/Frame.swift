/// One picture in memory: packed BGR, 8 bits a channel, rows from top to bottom. It is never written to a disk.
public struct Frame: Sendable {
    public let width: Int
    public let height: Int
    /// `width` × `height` × 3 bytes.
    public let bgr: [UInt8]
    /// When it was taken, on the monotonic clock.
    public let taken: ContinuousClock.Instant

    /// Nil where the bytes do not fill exactly such a picture.
    public init?(width: Int, height: Int, bgr: [UInt8], taken: ContinuousClock.Instant = .now) {
        let (pixels, over) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, !over, pixels <= Int.max / 3, bgr.count == pixels * 3 else { return nil }
        self.width = width
        self.height = height
        self.bgr = bgr
        self.taken = taken
    }
}
