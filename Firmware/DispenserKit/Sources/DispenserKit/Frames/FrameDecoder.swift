/// Cuts a byte stream into frames; after anything broken it goes on with the next delimiter.
public struct FrameDecoder: Sendable {
    private var pending = FixedBytes<258>()
    private var overrun = false

    public init() {}

    /// Takes the next byte from the wire: a frame when this byte completes one, otherwise nil.
    ///
    /// Throws what was wrong when this byte ends something that is not a frame; the decoder is then ready again.
    public mutating func push(_ byte: UInt8) throws(FrameError) -> Frame? {
        guard byte == 0 else {
            if !pending.append(byte) { overrun = true }
            return nil
        }
        let stuffed = pending
        let wasOverrun = overrun
        reset()
        guard !wasOverrun else { throw .long }
        return stuffed.isEmpty ? nil : try Frame(stuffed: stuffed)
    }

    public mutating func reset() {
        pending.removeAll()
        overrun = false
    }
}
