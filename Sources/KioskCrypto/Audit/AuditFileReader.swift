import Foundation
import KioskModel

/// Reads an exported chain line by line, in bounded memory.
struct AuditFileReader: ~Copyable {
    private let file: UnsafeMutablePointer<FILE>
    private var buffer = [CChar](repeating: 0, count: AuditFile.longestLine + 2)
    private(set) var line = 0

    /// Throws `auditFileInvalid`.
    init(path: String) throws(Fault) {
        guard let file = fopen(path, "re") else {
            throw Fault(.auditFileInvalid, "\(path): \(String(cString: strerror(errno)))")
        }
        self.file = file
    }

    deinit { fclose(file) }

    mutating func header() throws(Fault) -> AuditFile.Header {
        guard let bytes = try next(), let header = try? JSONDecoder().decode(AuditFile.Header.self, from: bytes),
            header.format == AuditFile.format
        else { throw Fault(.auditFileInvalid, "line 1 does not say \(AuditFile.format)") }
        return header
    }

    /// The next link or checkpoint, nil at the file's end. A last line that is cut off is an error, not an end.
    mutating func entry() throws(Fault) -> AuditFile.Line? {
        guard let bytes = try next() else { return nil }
        guard let entry = try? JSONDecoder().decode(AuditFile.Line.self, from: bytes) else {
            throw Fault(.auditFileInvalid, "line \(line) is neither a link nor a checkpoint")
        }
        return entry
    }

    private mutating func next() throws(Fault) -> Data? {
        let length = buffer.count
        let isRead = buffer.withUnsafeMutableBufferPointer { fgets($0.baseAddress, Int32(length), file) != nil }
        guard isRead else {
            guard ferror(file) == 0 else { throw Fault(.auditFileInvalid, "line \(line + 1) can't be read") }
            return nil
        }
        line += 1
        guard let end = buffer.firstIndex(of: 10), end <= (buffer.firstIndex(of: 0) ?? length) else {
            throw Fault(.auditFileInvalid, "line \(line) is cut off, too long or no text")
        }
        return Data(buffer[..<end].map(UInt8.init(bitPattern:)))
    }
}
