import Foundation
import KioskAPIClient
import KioskModel

/// A file that a recording goes into: readable by its owner alone, and never over another one.
struct RecordingFile: Sendable {
    private let path: String

    /// Makes the file, so that a recording is not made in vain. Throws `usbRecordingFailed`.
    init(_ path: String) throws(APIClientError) {
        self.path = path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failed("\(path): \(String(cString: strerror(errno)))") }
        close(descriptor)
    }

    /// Writes the recording. Throws `usbRecordingFailed`; the file is gone then.
    func keep(_ text: String, of role: String) throws(APIClientError) -> RecordingReport {
        do {
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.write(contentsOf: Data(text.utf8))
            try handle.synchronize()
            try handle.close()
        } catch {
            discard()
            throw Self.failed("\(path): \(error.localizedDescription)")
        }
        let lines = text.utf8.count { $0 == UInt8(ascii: "\n") }
        return RecordingReport(role: role, file: path, transfers: max(0, lines - 1), bytes: text.utf8.count)
    }

    /// Leaves no empty file where no recording came.
    func discard() { unlink(path) }

    private static func failed(_ detail: String) -> APIClientError {
        .problem(Problem(Fault(.usbRecordingFailed, detail), status: 503))
    }
}

/// What was recorded.
struct RecordingReport: Codable, Sendable, Hashable {
    let role: String
    let file: String
    let transfers: Int
    let bytes: Int
}
