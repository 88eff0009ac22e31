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
        return String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for half in [high, low] {
                for shift in stride(from: UInt64(60), through: 0, by: -4) {
                    if place == 8 || place == 13 || place == 18 || place == 23 {
                        text[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    let digit = UInt8(truncatingIfNeeded: half >> shift & 15)
                    text[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
                    place += 1
                }
            }
            return place
        }
    }

    /// Whether a text has the form of a UUID in lower case, of any version.
    public static func isUUID(_ text: String) -> Bool {
        UUID(uuidString: text) != nil && text == text.lowercased()
    }
}

/// The id of a visit: a UUIDv7, which is also the id of its FHIR Encounter.
public typealias VisitID = String
/// The id of a prescription: a UUIDv7, which is also the value of its FHIR groupIdentifier.
public typealias PrescriptionID = String
/// The id of a doctor as the registry names them.
public typealias DoctorID = String
