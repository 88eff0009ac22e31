import Crypto
import Foundation
import KioskCrypto
import KioskModel
import Prescribing
import SimulatedDevices
import SwiftASN1
import X509

/// The laboratory's doctor: a card whose key is a file, marked as such wherever it signs.
public enum LabDoctor {
    public static let id = "D-0001"
    static let name = "李医生（模拟）"
    public static let pin = "123456"

    /// The doctor's card with the key that lies in the folder.
    public static func card(_ folder: LabFolder) throws -> SimulatedPIVCard {
        let certificate = try Self.certificate(in: folder)
        let key = try String(contentsOfFile: folder.doctorKey, encoding: .utf8)
        return try SimulatedPIVCard(pemKey: key, certificate: certificate, pin: pin)
    }

    private static func certificate(in folder: LabFolder) throws -> [UInt8] {
        guard let certificate = FileManager.default.contents(atPath: folder.doctorCertificate) else {
            throw LabError("\(folder.doctorCertificate) is missing; run kiosk-lab provision \(folder.path)")
        }
        return Array(certificate)
    }

    /// A self-signed certificate (DER) for the key on the simulated card.
    static func certificate(for key: P256.Signing.PrivateKey, now: Date) throws -> [UInt8] {
        let subject = try DistinguishedName {
            OrganizationName("Kiosk Lab (simulated)")
            CommonName("Lab doctor \(id)")
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(-86_400), notValidAfter: now.addingTimeInterval(86_400 * 365),
            issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true, nonRepudiation: true))
            },
            issuerPrivateKey: .init(key))
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    /// As the registry lists the doctor whose card lies in the folder.
    public static func record(
        _ folder: LabFolder, id: DoctorID = Self.id, status: DoctorRecord.Status = .active,
        antibiotics: DoctorRecord.AntibioticTier = .unrestricted, now: Date = Date()
    ) throws -> DoctorRecord {
        let certificate = try Self.certificate(in: folder)
        return DoctorRecord(
            id: id, name: name, licence: "110000000000001", scope: [.clinicOnsite, .internetFollowUp],
            sites: [Provisioning.site], notBefore: now.addingTimeInterval(-86_400 * 365),
            notAfter: now.addingTimeInterval(86_400 * 365), status: status, antibioticTier: antibiotics,
            thumbprints: [Hex.encode(KioskCrypto.Digest.sha256(certificate))])
    }
}
