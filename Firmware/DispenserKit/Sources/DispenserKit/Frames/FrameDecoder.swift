/// Cuts a byte stream into frames; after anything broken it goes on with the next delimiter.
public struct FrameDecoder: Sendable {
    @usableFromInline var pending = FixedBytes<258>()
    @usableFromInline var overrun = false

    public init() {}

    /// Takes the next byte from the wire: a frame when this byte completes one, otherwise nil.
    ///
    /// Throws what was wrong when this byte ends something that is not a frame; the decoder is then ready again.
    /// Inlined, so that a byte inside a frame does not cost the copy of a frame that is none.
    @inlinable @inline(__always)
    public mutating func push(_ byte: UInt8) throws(FrameError) -> Frame? {
        guard byte == 0 else {
            if !pending.append(byte) { overrun = true }
            return nil
        }
        return try finish()
    }

    @usableFromInline @inline(never)
    mutating func finish() throws(FrameError) -> Frame? {
        defer { reset() }
        guard !overrun else { throw .long }
        return pending.isEmpty ? nil : try Frame(unstuffing: &pending)
    }

    public mutating func reset() {
        pending.removeAll()
        overrun = false
    }
}
