import Crypto
import Foundation
import X509

/// A key and a self-signed certificate for it, as an issuer would put on a card.
struct TestCertificate {
    let key = P256.Signing.PrivateKey()
    let der: [UInt8]

    /// `padding` makes the certificate longer by about so many bytes.
    init(padding: Int = 0) throws {
        let name = try DistinguishedName {
            CommonName("Test doctor")
            if padding > 0 { OrganizationName(String(repeating: "x", count: padding)) }
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: Date(timeIntervalSince1970: 1_700_000_000),
            notValidAfter: Date(timeIntervalSince1970: 2_000_000_000), issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256, extensions: Certificate.Extensions(), issuerPrivateKey: .init(key))
        der = Array(try certificate.serializeAsPEM().derBytes)
    }
}
