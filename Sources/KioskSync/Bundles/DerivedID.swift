import KioskCrypto
import KioskModel

/// Ids of the resources that belong to a visit: UUIDs of version 7 with the visit's time and, instead of chance, the
/// SHA-256 of visit, kind and place.
///
/// So a bundle that is made a second time, after a crash, names the same resources, and the platform keeps one of each.
enum DerivedID {
    static func make(_ visit: VisitID, _ kind: String, _ place: some CustomStringConvertible = 0) -> String {
        let digest = Digest.sha256(Array("\(visit)/\(kind)/\(place)".utf8))
        let time = visit.filter { $0 != "-" }.prefix(12)
        // RFC 9562 section 5.7: version in the seventh byte, variant in the ninth.
        let random: [UInt8] = [0x70 | (digest[0] & 0x0F), digest[1], 0x80 | (digest[2] & 0x3F)] + digest[3..<10]
        let digits = Array(String(time) + Hex.encode(random))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }
}
