import Foundation

/// The elements of HL7 FHIR R4 (4.0.1) that the kiosk uses, as plain values.
///
/// What R4 makes mandatory is not optional here: a text that lacks it does not decode.
public enum FHIR {
    /// JSON whose bytes depend on the value alone: keys sorted, no spaces, no escaped slashes.
    public static func encode(_ resource: Resource) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(resource))
    }

    public static func decode(_ bytes: [UInt8]) throws -> Resource {
        try JSONDecoder().decode(Resource.self, from: Data(bytes))
    }
}
