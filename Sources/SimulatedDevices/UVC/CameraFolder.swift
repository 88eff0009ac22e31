import Foundation
import KioskPlatform

/// The pictures of a folder in the order of their names, looked through anew while the camera runs; links are followed.
///
/// Used by one stream at a time.
actor CameraFolder {
    /// What a file was when it was prepared: another picture under the same name has another.
    private struct Stamp: Hashable {
        let device: UInt64
        let file: UInt64
        let seconds: Int
        let nanoseconds: Int
        let size: Int
    }

    private static let mostPictures = 64
    private static let largestFile = 16 << 20
    private static let lookAgainAfter = Duration.milliseconds(250)

    private let folder: String
    private var frames: [[UInt8]] = []
    private var prepared: [Stamp: [UInt8]?] = [:]
    private var preparedFor: UVCStreamSettings?
    private var listed = ContinuousClock.now - .seconds(3600)
    private var position = 0

    init(_ folder: String) { self.folder = folder }

    /// The picture whose turn it is, as the settings want it; `advance` ends its turn. Damaged files are passed over; where none is left: an empty room.
    func next(_ settings: UVCStreamSettings) async -> [UInt8]? {
        if preparedFor != settings {
            prepared = [:]
            preparedFor = settings
            listed -= .seconds(3600)
        }
        if ContinuousClock.now - listed >= Self.lookAgainAfter {
            listed = .now
            let (folder, known) = (folder, prepared)
            let found = try? await onOwnThread("camera-folder") { Self.look(folder, settings, known) }
            if let found, preparedFor == settings {
                prepared = found.prepared
                frames = found.frames
            }
        }
        guard !frames.isEmpty else { return nil }
        position = position < frames.count ? position : 0
        return frames[position]
    }

    /// The next picture's turn. One that the host did not fetch keeps its own: of two pictures a slow bus would
    /// otherwise drop the same one every time.
    func advance() { position += 1 }

    private static func look(
        _ folder: String, _ settings: UVCStreamSettings, _ known: [Stamp: [UInt8]?]
    ) -> (frames: [[UInt8]], prepared: [Stamp: [UInt8]?]) {
        let (encoding, size) = settings.picture
        var (frames, prepared): ([[UInt8]], [Stamp: [UInt8]?]) = ([], [:])
        for path in list(folder) {
            guard let stamp = stamp(path) else { continue }
            let frame: [UInt8]?
            if let before = known[stamp] {
                frame = before
            } else {
                let bytes = try? BoundedFile.read(path, limit: largestFile)
                frame = bytes.flatMap { CameraPicture(jpeg: $0)?.encoded(encoding, size) }
            }
            prepared[stamp] = .some(frame)
            if let frame { frames.append(frame) }
        }
        if frames.isEmpty {
            // The empty room is prepared like a file that never changes.
            let nothing = Stamp(device: 0, file: 0, seconds: 0, nanoseconds: 0, size: 0)
            let room = known[nothing] ?? CameraPicture.nobody.encoded(encoding, size)
            prepared[nothing] = .some(room)
            if let room { frames.append(room) }
        }
        return (frames, prepared)
    }

    private static func list(_ folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let pictures = names.filter {
            let name = $0.lowercased()
            return !name.hasPrefix(".") && (name.hasSuffix(".jpg") || name.hasSuffix(".jpeg"))
        }
        return pictures.sorted().prefix(mostPictures).map { "\(folder)/\($0)" }
    }

    private static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(
            device: UInt64(status.st_dev), file: UInt64(status.st_ino), seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec, size: Int(status.st_size))
    }
}
