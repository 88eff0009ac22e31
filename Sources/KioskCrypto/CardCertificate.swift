import Crypto
import Foundation
import KioskModel
import X509

/// The certificate on a doctor's card, as far as a signature needs it.
public struct CardCertificate: Sendable {
    /// SHA-256 of the DER bytes, hex: what the registry lists.
    public let thumbprint: String
    public let notBefore: Date
    public let notAfter: Date
    public let key: VerifyingKey

    /// Throws `doctorCertificateMismatch` where the bytes are no X.509 certificate with a P-256 key.
    public init(der: [UInt8]) throws(Fault) {
        guard let certificate = try? Certificate(derEncoded: der),
            let key = P256.Signing.PublicKey(certificate.publicKey)
        else { throw Fault(.doctorCertificateMismatch, "the card's certificate can't be read") }
        self.key = VerifyingKey(key)
        notBefore = certificate.notValidBefore
        notAfter = certificate.notValidAfter
        thumbprint = Hex.encode(Digest.sha256(der))
    }

    /// Whether the certificate's own dates allow this moment.
    public func isInForce(at date: Date) -> Bool { notBefore <= date && date <= notAfter }
}
