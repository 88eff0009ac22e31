import Foundation

/// JSON whose bytes depend on the value alone: keys sorted, no spaces, no escaped slashes (RFC 8785).
///
/// Values hold strings, booleans, integers and short decimals; RFC 8785's number form for huge exponents is not needed.
public enum CanonicalJSON {
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
