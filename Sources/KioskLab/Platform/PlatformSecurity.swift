import HummingbirdTLS
import NIOSSL

/// How the stand-in secures its connections.
public struct PlatformSecurity: Sendable {
    public let authority: LabAuthority
    public var flaw = LabAuthority.Flaw.none
    /// Whether it takes only kiosks with a certificate of its authority.
    public var asksForCertificate = true

    public init(authority: LabAuthority) { self.authority = authority }

    func configuration() throws -> TLSConfiguration {
        let identity = try authority.platform(flaw)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(identity.certificate.utf8))
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(identity.key.utf8), format: .pem)))
        if asksForCertificate {
            configuration.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(Array(try authority.pem.utf8)))
            // A kiosk's certificate names a kiosk, not the host that it calls from.
            configuration.certificateVerification = .noHostnameVerification
        }
        return configuration
    }
}
