import BenchSupport
import CFacePeer
import Foundation

/// A camera's pictures, JPEGs of 1280 × 720: a photograph that moves a little from one to the next, so that no two are
/// the same.
struct Film: Sendable {
    private static let size = (width: 1280, height: 720)
    /// A prime: whoever looks at every n-th sees all of them.
    private static let count = 61

    let folder: String
    let pictures: [[UInt8]]

    /// Makes them of person-a-1 in a folder of the run, for other processes too.
    init(making data: FaceData, in bench: BenchFolder) throws {
        let photograph = [UInt8](try Data(contentsOf: URL(fileURLWithPath: data.faces + "/person-a-1.jpg")))
        let folder = bench.file("film")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for number in 0..<Self.count {
            let bytes = [UInt8](unsafeUninitializedCapacity: 4 << 20) { buffer, filled in
                filled = face_peer_picture(
                    photograph, photograph.count, Int32(Self.size.width), Int32(Self.size.height), Int32(number),
                    buffer.baseAddress, buffer.count)
            }
            guard !bytes.isEmpty else { throw BenchError("no picture could be made of person-a-1.jpg") }
            let name = String(format: "%@/%02d.jpg", folder, number)
            try Data(bytes).write(to: URL(fileURLWithPath: name))
        }
        try self.init(folder: folder)
    }

    init(folder: String) throws {
        self.folder = folder
        pictures = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")))
        }
    }
}
