import Foundation
import KioskModel

/// Reads a film frame by frame, never more than one and a little in memory; used by one thread at a time.
final class VideoFileReader {
    private let file: FileHandle
    private let header: Y4MHeader?
    private var buffer: [UInt8] = []
    private var isAtEnd = false
    /// From the file, where it says so.
    var framesPerSecond: Double? { header?.framesPerSecond }

    private static let largestJPEG = 16 << 20

    /// Throws `faceNoCamera` for what is missing or no regular file, `faceFrameCorrupt` for another format.
    init(path: String) throws(Fault) {
        var information = stat()
        guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG,
            let file = FileHandle(forReadingAtPath: path)
        else { throw Fault(.faceNoCamera, "the file \(path) is missing or unreadable", device: "camera") }
        self.file = file
        guard path.lowercased().hasSuffix(".y4m") else {
            header = nil
            return
        }
        var start: [UInt8] = []
        while !start.contains(0x0A), start.count < Y4MHeader.longestLine {
            guard let more = try? file.read(upToCount: 64), !more.isEmpty else { break }
            start += more
        }
        guard let end = start.firstIndex(of: 0x0A),
            let header = Y4MHeader(String(decoding: start[..<end], as: UTF8.self))
        else { throw Fault(.faceFrameCorrupt, "\(path) is no Y4M of 4:2:0 or 4:2:2", device: "camera") }
        self.header = header
        buffer = Array(start[(end + 1)...])
    }

    deinit { try? file.close() }

    /// The next frame as it stands in the file, nil at its end. What comes after damage is not looked for in Y4M.
    func next() -> [UInt8]? {
        guard let header else { return nextJPEG() }
        return nextPlanes(header)
    }

    /// Throws `faceFrameCorrupt`.
    func decode(_ raw: [UInt8]) throws(Fault) -> Frame {
        guard let header else { return try FrameDecoder.jpeg(raw) }
        guard let packed = header.yuyv(raw) else { throw Fault(.faceFrameCorrupt, device: "camera") }
        var result: Result<Frame, Fault> = .failure(Fault(.faceFrameCorrupt, device: "camera"))
        packed.withUnsafeBytes { bytes in
            do throws(Fault) {
                result = .success(
                    try FrameDecoder.yuyv(bytes, width: header.width, height: header.height, stride: header.width * 2))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }

    private func nextPlanes(_ header: Y4MHeader) -> [UInt8]? {
        while !buffer.prefix(Y4MHeader.longestLine).contains(0x0A) {
            guard buffer.count < Y4MHeader.longestLine, fill() else { return nil }
        }
        guard let end = buffer.firstIndex(of: 0x0A), buffer.starts(with: Array("FRAME".utf8)) else { return nil }
        while buffer.count < end + 1 + header.frameBytes { guard fill() else { return nil } }
        let frame = Array(buffer[end + 1..<end + 1 + header.frameBytes])
        buffer.removeFirst(end + 1 + header.frameBytes)
        return frame
    }

    private func nextJPEG() -> [UInt8]? {
        while true {
            switch MJPEGSplitter.cut(buffer) {
            case .picture(let range):
                let picture = Array(buffer[range])
                buffer.removeFirst(range.upperBound)
                return picture
            case .noise(let count): buffer.removeFirst(min(max(1, count), buffer.count))
            case .needsMore:
                if buffer.count > Self.largestJPEG { buffer = [] }
                guard fill() else { return nil }
            }
        }
    }

    private func fill() -> Bool {
        guard !isAtEnd, let more = try? file.read(upToCount: 1 << 18), !more.isEmpty else {
            isAtEnd = true
            return false
        }
        buffer += more
        return true
    }
}
