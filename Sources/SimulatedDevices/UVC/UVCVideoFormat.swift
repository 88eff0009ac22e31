/// A picture format that the simulated camera offers, at these sizes.
struct UVCVideoFormat: Sendable {
    enum Encoding: Sendable, Hashable { case mjpeg, yuyv }

    struct Size: Sendable, Hashable {
        let width: Int
        let height: Int

        /// The largest frame in bytes, in either encoding.
        var bytes: Int { width * height * 2 }
    }

    let encoding: Encoding
    /// bFormatIndex.
    let index: UInt8
    /// By bFrameIndex, from 1.
    let sizes: [Size]

    /// In descriptor order.
    static let all = [
        UVCVideoFormat(
            encoding: .mjpeg, index: 1, sizes: [Size(width: 640, height: 480), Size(width: 320, height: 240)]),
        UVCVideoFormat(
            encoding: .yuyv, index: 2, sizes: [Size(width: 640, height: 480), Size(width: 320, height: 240)]),
    ]

    /// The frame intervals of every size in units of 100 ns: 15 and 7.5 frames a second.
    static let intervals: [UInt32] = [666_666, 1_333_333]

    /// Nil where there is no such format or frame.
    static func find(format: UInt8, frame: UInt8) -> (encoding: Encoding, size: Size)? {
        guard let found = all.first(where: { $0.index == format }), frame >= 1, frame <= found.sizes.count else {
            return nil
        }
        return (found.encoding, found.sizes[Int(frame) - 1])
    }
}
