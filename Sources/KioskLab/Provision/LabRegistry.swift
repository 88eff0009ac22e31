import Foundation
import KioskCrypto
import KioskPlatform
import Prescribing

/// The laboratory's registry of doctors, signed by the key that lies in its folder.
public enum LabRegistry {
    /// Signs a snapshot and puts it in the place of the one before, as an update would.
    public static func issue(
        _ doctors: [DoctorRecord], sequence: UInt64, in folder: LabFolder, now: Date = Date()
    ) throws {
        let issuer = try EnvelopeSigningKey(
            privateHex: String(contentsOfFile: folder.registrySigningKey, encoding: .utf8))
        let registry = DoctorRegistry(
            registry: "lab-registry", sequence: sequence, issued: now, expires: now.addingTimeInterval(86_400 * 30),
            laboratory: true, doctors: doctors)
        try AtomicFile.write(try registry.envelope(signedBy: issuer), to: folder.registry, mode: 0o644)
    }
}
