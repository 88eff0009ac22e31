import Foundation
import KioskPlatform

/// Ports that a laboratory listens on; 0 lets the system choose.
public struct LabPorts: Codable, Sendable {
    public let usbip: UInt16
    public let platform: UInt16

    public init(usbip: UInt16, platform: UInt16) {
        self.usbip = usbip
        self.platform = platform
    }

    /// The ports of the folder's last run, or 0.
    init(readingFrom folder: LabFolder) {
        let bytes = FileManager.default.contents(atPath: folder.file("ports.json"))
        self = bytes.flatMap { try? JSONDecoder().decode(Self.self, from: $0) } ?? LabPorts(usbip: 0, platform: 0)
    }

    func write(to folder: LabFolder) throws {
        try AtomicFile.write(Array(try JSONEncoder().encode(self)), to: folder.file("ports.json"), mode: 0o644)
    }
}
