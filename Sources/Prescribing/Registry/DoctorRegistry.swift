import Foundation
import KioskCrypto
import KioskModel

/// A signed snapshot of the doctors who may work at a site.
public struct DoctorRegistry: Codable, Sendable, Hashable {
    public let registry: String
    /// Only ever goes up; an older snapshot is refused.
    public let sequence: UInt64
    public let issued: Date
    public let expires: Date
    /// Marks a registry whose doctors sign with software keys.
    public let laboratory: Bool
    public let doctors: [DoctorRecord]

    public static let type = "kiosk-registry+jws"

    public init(
        registry: String, sequence: UInt64, issued: Date, expires: Date, laboratory: Bool, doctors: [DoctorRecord]
    ) {
        self.registry = registry
        self.sequence = sequence
        self.issued = issued
        self.expires = expires
        self.laboratory = laboratory
        self.doctors = doctors
    }

    /// Verifies and reads a registry file: a General JSON JWS with one EdDSA signature (RFC 8037).
    ///
    /// Nothing of the content is looked at before the signature holds. `lastSequence` is the highest one seen.
    /// Throws `registryBadSignature`, `registryRolledBack` or `registryExpired`.
    public init(
        envelope bytes: [UInt8], key: EnvelopeKey, lastSequence: UInt64, now: Date
    ) throws(Fault) {
        let payload = try Self.verifiedPayload(bytes, key: key)
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let snapshot = try? decoder.decode(Self.self, from: Data(payload)) else {
            throw Fault(.registryBadSignature, "signed, but not a registry")
        }
        guard snapshot.sequence >= lastSequence else {
            throw Fault(.registryRolledBack, "sequence \(snapshot.sequence), last seen \(lastSequence)")
        }
        guard now <= snapshot.expires else { throw Fault(.registryExpired, "sequence \(snapshot.sequence)") }
        self = snapshot
    }

    /// Signs a snapshot, for those who issue one.
    public func envelope(signedBy key: EnvelopeSigningKey) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var jws = GeneralJWS(payload: Array(try encoder.encode(self)))
        let header = JWSHeader(algorithm: .edDSA, kid: registry, typ: Self.type)
        try jws.add(key.sign(jws.signingInput(header: header)), header: header)
        return try jws.encoded()
    }

    public func doctor(thumbprint: String) -> DoctorRecord? { doctors.first { $0.thumbprints.contains(thumbprint) } }

    public func doctor(_ id: DoctorID) -> DoctorRecord? { doctors.first { $0.id == id } }

    private static func verifiedPayload(_ bytes: [UInt8], key: EnvelopeKey) throws(Fault) -> [UInt8] {
        do {
            let jws = try GeneralJWS(parsing: bytes)
            let header = try jws.verified(0, algorithm: .edDSA) { key.verifies($1, over: $0) }
            guard header.typ == type, let payload = jws.payloadBytes else {
                throw Fault(.registryBadSignature, "type \(header.typ)")
            }
            return payload
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault(.registryBadSignature, "\(error)")
        }
    }
}
