import KioskPlatform

/// The certificate files of a laboratory whose platform speaks TLS.
struct LabCertificates {
    let authority: LabAuthority
    private let folder: LabFolder

    /// Makes an authority and writes the kiosk's files.
    init(_ folder: LabFolder) throws {
        self.folder = folder
        authority = try LabAuthority()
        try AtomicFile.write(Array(try authority.pem.utf8), to: folder.platformAuthority, mode: 0o644)
        try issue(.none)
    }

    /// Gives the kiosk another certificate, the key first: as a technician would in the middle of the day.
    func issue(_ flaw: LabAuthority.Flaw) throws {
        let identity = try authority.kiosk(Provisioning.kiosk, flaw)
        try AtomicFile.write(Array(identity.key.utf8), to: folder.kioskCertificateKey)
        try AtomicFile.write(Array(identity.certificate.utf8), to: folder.kioskCertificate, mode: 0o644)
    }
}
