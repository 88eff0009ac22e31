import Foundation
import KioskModel
import NIOSSL

/// The files that a connection is secured by, PEM. They may be replaced at any time.
public struct PlatformTLS: Sendable, Hashable {
    /// The authorities that the platform's certificate is checked by; nil for the system's.
    public let authorityFile: String?
    /// The kiosk's certificate with its chain, and the key for it; nil where the platform asks for none.
    public let certificateFile: String?
    public let keyFile: String?

    public init(authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }

    /// Reads the files. Throws `syncCertificate` where one is missing, damaged, or does not belong to the others.
    func configuration() throws(Fault) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authorityFile {
            let authorities = try Self.read(authorityFile) { try NIOSSLCertificate.fromPEMFile($0) }
            guard !authorities.isEmpty else { throw Fault(.syncCertificate, "\(authorityFile) holds no certificate") }
            configuration.trustRoots = .certificates(authorities)
        }
        if let certificateFile, let keyFile {
            let chain = try Self.read(certificateFile) { try NIOSSLCertificate.fromPEMFile($0) }
            guard !chain.isEmpty else { throw Fault(.syncCertificate, "\(certificateFile) holds no certificate") }
            configuration.certificateChain = chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(
                try Self.read(keyFile) { try NIOSSLPrivateKey(file: $0, format: .pem) })
            // Refused here where certificate and key are of two pairs, as in the middle of a replacement.
            do {
                _ = try NIOSSLContext(configuration: configuration)
            } catch {
                throw Fault(.syncCertificate, "\(certificateFile) and \(keyFile) don't belong together")
            }
        }
        return configuration
    }

    /// Changes whenever one of the files does.
    var fingerprint: [FileMark?] { [authorityFile, certificateFile, keyFile].map { $0.flatMap(FileMark.init) } }

    private static func read<Value>(_ path: String, _ body: (String) throws -> Value) throws(Fault) -> Value {
        do {
            return try body(path)
        } catch {
            throw Fault(.syncCertificate, "\(path) can't be read as PEM")
        }
    }
}

/// What tells one state of a file from another without reading it.
struct FileMark: Sendable, Hashable {
    private let inode: UInt64
    private let size: Int64
    private let seconds: Int
    private let nanoseconds: Int

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = Int(status.st_mtim.tv_sec)
        nanoseconds = Int(status.st_mtim.tv_nsec)
    }
}
