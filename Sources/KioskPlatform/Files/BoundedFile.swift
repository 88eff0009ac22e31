import Foundation

public enum BoundedFile {
    /// Reads a regular file whole, following links. Throws EFBIG beyond `limit` bytes, EINVAL for a pipe or device.
    public static func read(_ path: String, limit: Int) throws(SystemCallError) -> [UInt8] {
        // O_NONBLOCK: opening a pipe must not wait for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemCallError("open \(path)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemCallError("fstat \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SystemCallError("read \(path)", code: EINVAL) }
        guard status.st_size <= limit else { throw SystemCallError("read \(path)", code: EFBIG) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var offset = 0
        while offset < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Foundation.read(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw SystemCallError("read \(path)") }
            // Cut short while it was read: the caller judges what is there.
            guard got > 0 else { return Array(bytes[..<offset]) }
            offset += got
        }
        return bytes
    }
}
