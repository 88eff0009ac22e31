import Foundation

/// A UUID of version 7: ordered by its millisecond, unique by 74 random bits (RFC 9562 section 5.7), in lower case.
public enum UUIDv7 {
    public static func make(unixMilliseconds: UInt64 = UInt64(max(0, Date().timeIntervalSince1970 * 1000))) -> String {
        var generator = SystemRandomNumberGenerator()
        return make(unixMilliseconds: unixMilliseconds, using: &generator)
    }

    public static func make(unixMilliseconds: UInt64, using generator: inout some RandomNumberGenerator) -> String {
        let high =
            (unixMilliseconds & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | UInt64.random(in: 0...0xFFF, using: &generator)
        let low = 0x8000_0000_0000_0000 | (UInt64.random(in: 0...UInt64.max, using: &generator) >> 2)
        let hex = Self.hex(high) + Self.hex(low)
        let cuts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        let digits = Array(hex)
        return cuts.map { String(digits[$0]) }.joined(separator: "-")
    }

    /// Whether a text has the form of a UUID in lower case, of any version.
    public static func isUUID(_ text: String) -> Bool {
        UUID(uuidString: text) != nil && text == text.lowercased()
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// The id of a visit: a UUIDv7, which is also the id of its FHIR Encounter.
public typealias VisitID = String
/// The id of a prescription: a UUIDv7, which is also the value of its FHIR groupIdentifier.
public typealias PrescriptionID = String
/// The id of a doctor as the registry names them.
public typealias DoctorID = String
