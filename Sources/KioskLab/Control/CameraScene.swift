import Foundation
import KioskPlatform
import SimulatedDevices

/// What the simulated cameras see, the USB one and the folder: numbered pictures that come in the order of their names.
///
/// Photographs are links to the files; what is made from them is a JPEG of its own.
struct CameraScene: Sendable {
    private enum Subject: Sendable {
        case pictures([String])
        case two(String, String)
        case print(String)
        case nobody
        case dark
    }

    /// What one file of the folder is.
    private enum Content {
        case link(String)
        case picture(RGBPicture)
    }

    /// Degrees by which the hand turns a print that is held up.
    private static let tilts: [Double] = [-12, 0, 12, 0]
    private static let largestFile = 16 << 20

    private let folder: String
    private var subject = Subject.nobody
    private var isClose = false
    private var side = CameraWord.Side.ahead

    init(folder: String) { self.folder = folder }

    /// Throws `LabError` where a picture is missing or damaged; the scene then stays as it was.
    mutating func set(_ word: CameraWord) throws {
        var next = self
        switch word {
        case .show(let pictures): next.subject = .pictures(pictures)
        case .showTwo(let left, let right): next.subject = .two(left, right)
        case .holdUp(let photo): next.subject = .print(photo)
        case .showNobody: next.subject = .nobody
        case .showDark: next.subject = .dark
        case .comeCloser: next.isClose = true
        case .stepBack: next.isClose = false
        case .look(let side): next.side = side
        case .freeze, .thaw: return
        }
        try next.put(next.contents())
        self = next
    }

    private func contents() throws -> [Content] {
        switch subject {
        case .pictures(let photographs):
            let files = photographs.map(turned)
            // As they are: a damaged one is a scene, too.
            guard isClose else { return try files.map { .link(try Self.path($0)) } }
            return try files.map { .picture(try Self.photograph($0).closer().framed()) }
        case .two(let left, let right):
            return [.picture(.beside(try person(left), try person(right)))]
        case .print(let file):
            let photo = try person(file)
            return Self.tilts.map { .picture(photo.heldUp(tilt: $0)) }
        case .nobody: return []
        case .dark: return [.picture(.darkness())]
        }
    }

    /// The photograph of the head turned to the side: `doctor-left.jpg` beside `doctor.jpg`. Turning a picture of a
    /// straight head would be an invention.
    private func turned(_ photograph: String) -> String {
        guard side != .ahead else { return photograph }
        let name = photograph as NSString
        return "\(name.deletingPathExtension)-\(side.rawValue).\(name.pathExtension)"
    }

    /// A photograph as large as a scene shows it.
    private func person(_ file: String) throws -> RGBPicture {
        let height = RGBPicture.sceneHeight
        return isClose
            ? try Self.photograph(file, longest: 2 * height).closer() : try Self.photograph(file, longest: height)
    }

    /// Each file takes the place of the one with its number at once, so that nobody sees an empty room between.
    private func put(_ contents: [Content]) throws {
        let files = FileManager.default
        var kept: Set<String> = []
        for (index, content) in contents.enumerated() {
            let name = String(repeating: "0", count: index < 9 ? 1 : 0) + "\(index + 1).jpg"
            let path = "\(folder)/\(name)"
            kept.insert(name)
            switch content {
            case .picture(let picture):
                let jpeg = picture.jpeg(quality: 95)
                guard !jpeg.isEmpty else { throw LabError("a scene of \(picture.width) × \(picture.height)") }
                try AtomicFile.write(jpeg, to: path, mode: 0o644)
            case .link(let target):
                let new = "\(folder)/.new"
                try? files.removeItem(atPath: new)
                try files.createSymbolicLink(atPath: new, withDestinationPath: target)
                guard rename(new, path) == 0 else { throw SystemCallError("rename \(path)") }
            }
        }
        for name in try files.contentsOfDirectory(atPath: folder) where !kept.contains(name) {
            try files.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    private static func path(_ picture: String) throws -> String {
        guard FileManager.default.fileExists(atPath: picture) else { throw LabError("no picture \(picture)") }
        return URL(fileURLWithPath: picture).standardizedFileURL.path
    }

    private static func photograph(_ file: String, longest: Int = 2400) throws -> RGBPicture {
        let jpeg = try BoundedFile.read(try path(file), limit: largestFile)
        guard let picture = RGBPicture(jpeg: jpeg, longest: longest) else {
            throw LabError("\(file) is no JPEG, or damaged")
        }
        return picture
    }
}
