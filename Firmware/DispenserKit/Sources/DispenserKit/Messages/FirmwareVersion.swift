/// The version of the controller's firmware.
public struct FirmwareVersion: Sendable, Hashable, Comparable {
    public let major: UInt8
    public let minor: UInt8
    public let patch: UInt8

    public init(major: UInt8, minor: UInt8, patch: UInt8) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    public static func < (one: Self, other: Self) -> Bool { one.number < other.number }

    private var number: UInt32 { UInt32(major) << 16 | UInt32(minor) << 8 | UInt32(patch) }

    func append<let capacity: Int>(to bytes: inout FixedBytes<capacity>) {
        bytes.append(major)
        bytes.append(minor)
        bytes.append(patch)
    }

    init?<let capacity: Int>(_ reader: inout ByteReader<capacity>) {
        guard let major = reader.byte(), let minor = reader.byte(), let patch = reader.byte() else { return nil }
        self.init(major: major, minor: minor, patch: patch)
    }
}
