import CZlib

/// Gzip (RFC 1952) over zlib, for bodies that are in memory whole.
public enum Gzip {
    /// Why bytes were not taken.
    public enum Failure: Error, Sendable, Hashable {
        /// They are no gzip, cut off, or followed by something else.
        case malformed
        /// They would unfold to more than the caller takes.
        case tooLarge
        case outOfMemory
    }

    /// zlib's window of 32 KiB, in a gzip wrapper.
    private static let window: Int32 = 15 + 16
    private static let chunk = 1 << 16

    public static func compress(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard
            deflateInit2_(
                &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
        else { throw .outOfMemory }
        defer { deflateEnd(&stream) }
        return try run(&stream, bytes, limit: .max) { deflate(&$0, Z_FINISH) }
    }

    /// Throws `tooLarge` beyond `limit` bytes, before they are held.
    public static func decompress(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .outOfMemory
        }
        defer { inflateEnd(&stream) }
        return try run(&stream, bytes, limit: limit) { inflate(&$0, Z_NO_FLUSH) }
    }

    private static func run(
        _ stream: inout z_stream, _ bytes: [UInt8], limit: Int, _ step: (inout z_stream) -> Int32
    ) throws(Failure) -> [UInt8] {
        var input = bytes
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: chunk)
        var status = Z_OK
        let count = input.count
        input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(clamping: count)
            repeat {
                let written = buffer.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    status = step(&stream)
                    return target.count - Int(stream.avail_out)
                }
                output += buffer[..<written]
            } while status == Z_OK && output.count <= limit
        }
        guard output.count <= limit else { throw .tooLarge }
        guard status == Z_STREAM_END, stream.avail_in == 0 else { throw .malformed }
        return output
    }
}
