import Foundation
import KioskModel

/// What the platform orders a kiosk to do: signed, numbered, and only for a time.
///
/// A General JSON JWS with one EdDSA signature (RFC 8037). Later contents are members beside `platform`; a kiosk
/// leaves what it does not know.
public struct Envelope: Codable, Sendable, Hashable {
    /// Another platform to send to from now on.
    public struct Platform: Codable, Sendable, Hashable {
        public let url: String

        public init(url: String) { self.url = url }
    }

    /// The one kiosk that it is for.
    public let kiosk: String
    /// Only ever goes up for one signing key.
    public let sequence: UInt64
    public let issued: Date
    public let expires: Date
    public var platform: Platform?

    public static let type = "kiosk-envelope+jws"

    public init(kiosk: String, sequence: UInt64, issued: Date, expires: Date, platform: Platform? = nil) {
        self.kiosk = kiosk
        self.sequence = sequence
        self.issued = issued
        self.expires = expires
        self.platform = platform
    }

    /// Reads what a key has signed; nothing of the content is looked at before the signature holds.
    ///
    /// Throws `syncEnvelopeInvalid`. Whether it is new, and still in force, is the ratchet's to say.
    public init(_ bytes: [UInt8], key: EnvelopeKey) throws(Fault) {
        let header: JWSHeader
        let payload: [UInt8]?
        do {
            let jws = try GeneralJWS(parsing: bytes)
            header = try jws.verified(0, algorithm: .edDSA) { key.verifies($1, over: $0) }
            payload = jws.payloadBytes
        } catch {
            throw Fault(.syncEnvelopeInvalid, "\(error)")
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard header.typ == Self.type, let payload,
            let envelope = try? decoder.decode(Self.self, from: Data(payload))
        else { throw Fault(.syncEnvelopeInvalid, "signed, but no envelope") }
        self = envelope
    }

    /// Signs it, for those who issue one.
    public func signed(by key: EnvelopeSigningKey) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var jws = GeneralJWS(payload: Array(try encoder.encode(self)))
        let header = JWSHeader(algorithm: .edDSA, kid: "platform", typ: Self.type)
        try jws.add(key.sign(jws.signingInput(header: header)), header: header)
        return try jws.encoded()
    }
}
