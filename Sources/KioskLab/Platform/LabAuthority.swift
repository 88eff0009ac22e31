import Crypto
import Foundation
import SwiftASN1
import X509

/// A certificate authority of a laboratory, which issues certificates to its platform and its kiosk.
public struct LabAuthority: Sendable {
    /// A certificate and its key, PEM.
    public struct Identity: Sendable {
        public let certificate: String
        public let key: String
    }

    /// How a certificate differs from what it should be.
    public enum Flaw: String, Sendable, Hashable, CaseIterable {
        case none = "good"
        /// Its time has ended.
        case expired
        /// Its time has not begun.
        case early
        /// It was issued by another authority.
        case stranger
        /// It names another host.
        case otherHost = "other host"
    }

    private let key: P256.Signing.PrivateKey
    private let certificate: Certificate
    private let now: Date

    public init(now: Date = Date()) throws {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("Kiosk Lab authority (simulated)") }
        self.key = key
        self.now = now
        certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(-86_400 * 30), notValidAfter: now.addingTimeInterval(86_400 * 365),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            },
            issuerPrivateKey: .init(key))
    }

    /// The authority's own certificate, PEM.
    public var pem: String { get throws { try certificate.serializeAsPEM().pemString } }

    /// For the platform on the loopback address.
    public func platform(_ flaw: Flaw = .none) throws -> Identity {
        guard flaw != .stranger else { return try LabAuthority(now: now).platform() }
        let names: [GeneralName] =
            flaw == .otherHost
            ? [.dnsName("elsewhere.example")]
            : [.dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))]
        return try issue("Kiosk Lab platform (simulated)", names, flaw, usage: .serverAuth)
    }

    /// For the kiosk.
    public func kiosk(_ name: String, _ flaw: Flaw = .none) throws -> Identity {
        guard flaw != .stranger else { return try LabAuthority(now: now).kiosk(name) }
        return try issue(name, [.dnsName(name)], flaw, usage: .clientAuth)
    }

    private func issue(
        _ name: String, _ names: [GeneralName], _ flaw: Flaw, usage: ExtendedKeyUsage.Usage
    ) throws -> Identity {
        let subjectKey = P256.Signing.PrivateKey()
        let (start, end): (Double, Double) =
            switch flaw {
            case .expired: (-86_400 * 20, -86_400)
            case .early: (86_400, 86_400 * 20)
            case .none, .stranger, .otherHost: (-86_400, 86_400 * 20)
            }
        let issued = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(subjectKey.publicKey),
            notValidBefore: now.addingTimeInterval(start), notValidAfter: now.addingTimeInterval(end),
            issuer: certificate.subject, subject: try DistinguishedName { CommonName(name) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([usage])
                SubjectAlternativeNames(names)
            },
            issuerPrivateKey: .init(key))
        return Identity(certificate: try issued.serializeAsPEM().pemString, key: subjectKey.pemRepresentation)
    }
}
