import Foundation
import KioskCrypto
import KioskModel

/// Puts the doctor's and the kiosk's signatures on one General JSON JWS, and checks them.
///
/// Index 0 is the doctor's (ES256, by the card), index 1 the kiosk's (ES256, by the device key).
public struct PrescriptionSignature: Sendable {
    public static let type = "kiosk-prescription+jws"

    private var jws: GeneralJWS
    private let doctorHeader: JWSHeader
    private let kioskHeader: JWSHeader

    /// `evidence` are the exact bytes whose hash both signatures carry.
    public init(
        prescription: Prescription, evidence: [UInt8], custody: KeyCustody, certificate: CardCertificate,
        kiosk: String, clock: ClockQuality
    ) throws {
        jws = GeneralJWS(payload: prescription.payload)
        let evidenceHash = Base64URL.encode(Digest.sha256(evidence))

        var doctor = JWSHeader(algorithm: .es256, kid: prescription.doctor, typ: Self.type)
        doctor.thumbprint = Hex.decode(certificate.thumbprint).map(Base64URL.encode)
        doctor.evidence = evidenceHash
        doctor.custody = custody.rawValue
        doctorHeader = doctor

        var kioskHeader = JWSHeader(algorithm: .es256, kid: kiosk, typ: Self.type)
        kioskHeader.evidence = evidenceHash
        kioskHeader.rules = Base64URL.encode(Digest.sha256(try CanonicalJSON.encode(prescription.rules)))
        kioskHeader.clock = clock.rawValue
        self.kioskHeader = kioskHeader
    }

    /// The SHA-256 that the doctor's card signs.
    public func doctorDigest() throws -> [UInt8] { Digest.sha256(try jws.signingInput(header: doctorHeader)) }

    /// Adds both signatures. Throws `doctorSignatureFailed` where the card's does not verify with its certificate.
    public mutating func complete(
        doctorSignature: [UInt8], certificate: CardCertificate, deviceKey: SigningKey
    ) throws -> [UInt8] {
        guard certificate.key.verifies(doctorSignature, over: try jws.signingInput(header: doctorHeader)) else {
            throw Fault(.doctorSignatureFailed, "the card's signature does not verify with its own certificate")
        }
        try jws.add(doctorSignature, header: doctorHeader)
        try jws.add(deviceKey.sign(jws.signingInput(header: kioskHeader)), header: kioskHeader)
        return try jws.encoded()
    }

    /// Checks, before anything is handed out, that this prescription is what the kiosk itself signed, for this visit.
    ///
    /// Throws `storeDamaged` where its lines, ids, bytes or evidence are not those of the signature.
    public static func checkOwn(
        _ prescription: Prescription, visit: VisitID, kiosk: String, key: VerifyingKey
    ) throws(Fault) {
        let damaged = Fault(.storeDamaged, "prescription \(prescription.id) is not what was signed")
        guard let bytes = prescription.jws, let jws = try? GeneralJWS(parsing: bytes), jws.signatures.count == 2,
            jws.payloadBytes == prescription.payload,
            let header = try? jws.verified(1, algorithm: .es256, check: { key.verifies($1, over: $0) }),
            header.typ == type, header.kid == kiosk,
            header.evidence == prescription.evidenceBytes.map({ Base64URL.encode(Digest.sha256($0)) }),
            let signed = try? PrescriptionPayload(bytes: prescription.payload)
        else { throw damaged }
        guard signed.id == prescription.id, signed.visit == visit, signed.kiosk == kiosk,
            signed.doctor == prescription.doctor, signed.lines == prescription.lines
        else { throw damaged }
    }

    /// Checks both signatures over exactly these payload bytes and this evidence. Throws `GeneralJWS.Failure`.
    public static func verify(
        _ bytes: [UInt8], payload: [UInt8], evidence: [UInt8], doctor: VerifyingKey, kiosk: VerifyingKey
    ) throws(GeneralJWS.Failure) {
        let jws = try GeneralJWS(parsing: bytes)
        guard jws.payloadBytes == payload, jws.signatures.count == 2 else { throw .signatureInvalid }
        let evidenceHash = Base64URL.encode(Digest.sha256(evidence))
        for (index, key) in [doctor, kiosk].enumerated() {
            let header = try jws.verified(index, algorithm: .es256) { key.verifies($1, over: $0) }
            guard header.typ == type, header.evidence == evidenceHash else { throw .signatureInvalid }
        }
    }
}
