import Crypto
import Foundation
import KioskCrypto
import KioskModel
import KioskPlatform
import Prescribing

/// Makes a laboratory's folder: keys, a signed registry with one doctor, a formulary and kioskd's configuration.
public enum Provisioning {
    public static let site = "LAB-SITE-1"
    public static let kiosk = "lab-kiosk-1"

    /// Slot → boxes, as the demonstration's cabinet is filled.
    public static var slots: [Int: Int] { DemonstrationFormulary.slots }

    /// Keys that exist are kept, so that a laboratory can be stopped and started; the registry is signed anew.
    public static func prepare(_ folder: LabFolder, now: Date = Date()) throws {
        for path in [
            folder.path, folder.data, folder.camera, folder.slips, folder.bundles, folder.cabinet, folder.logs,
        ] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        guard !FileManager.default.fileExists(atPath: folder.registry) else { return }
        var generator = SystemRandomNumberGenerator()
        let storeKey = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try AtomicFile.write(Array(Hex.encode(storeKey).utf8), to: folder.storeKey)
        try AtomicFile.write(Array(SigningKey().pem.utf8), to: folder.deviceKey)
        let recovery = RecoveryPrivateKey()
        try AtomicFile.write(Array(recovery.pem.utf8), to: folder.recoveryPrivateKey)
        try AtomicFile.write(Array(recovery.publicKey.pem.utf8), to: folder.recoveryKey, mode: 0o644)

        let doctorKey = P256.Signing.PrivateKey()
        let certificate = try LabDoctor.certificate(for: doctorKey, now: now)
        try AtomicFile.write(Array(doctorKey.pemRepresentation.utf8), to: folder.doctorKey)
        try AtomicFile.write(certificate, to: folder.doctorCertificate)
        try AtomicFile.write(try CanonicalJSON.encode(DemonstrationFormulary.value), to: folder.formulary, mode: 0o644)

        let platform = EnvelopeSigningKey()
        try AtomicFile.write(Array(platform.privateHex.utf8), to: folder.platformSigningKey)
        try AtomicFile.write(Array(platform.publicHex.utf8), to: folder.platformKey, mode: 0o644)
        let issuer = EnvelopeSigningKey()
        try AtomicFile.write(Array(issuer.privateHex.utf8), to: folder.registrySigningKey)
        try AtomicFile.write(Array(issuer.publicHex.utf8), to: folder.registryKey, mode: 0o644)
        try LabRegistry.issue([try LabDoctor.record(folder, now: now)], sequence: 1, in: folder, now: now)
    }

    /// Writes kioskd's configuration for the ports that the laboratory took, and for how its devices are reached.
    public static func configure(
        _ folder: LabFolder, ports: LabPorts, by route: LabRoute = .usbip, secured: Bool = false, reserveMB: Int = 0
    ) throws {
        let platform =
            secured
            ? """
            url = "https://127.0.0.1:\(ports.platform)/fhir"
            ca_file = "\(folder.platformAuthority)"
            certificate_file = "\(folder.kioskCertificate)"
            key_file = "\(folder.kioskCertificateKey)"
            """ : "url = \"http://127.0.0.1:\(ports.platform)/fhir\""
        let transport =
            switch route {
            case .usbip: "transport = \"usbip\"\nhost = \"127.0.0.1\"\nport = \(ports.usbip)"
            case .kernel: "transport = \"libusb\""
            }
        let text = """
            # Written by kiosk-lab: a kiosk on simulated hardware.
            [kiosk]
            id = "\(kiosk)"
            name = "一分钟诊所 · 模拟机"
            site = "\(site)"
            profile = "lab"
            mode = "clinic-onsite"

            [paths]
            data = "\(folder.data)"
            socket = "\(folder.apiSocket)"
            vision_socket = "\(folder.visionSocket)"

            [usb]
            \(transport)

            [devices.reader]
            path = "\(try route.path(of: .reader))"

            [devices.doctor-reader]
            path = "\(try route.path(of: .doctorReader))"

            [devices.idcard]
            path = "\(try route.path(of: .idCard))"

            [devices.printer]
            path = "\(try route.path(of: .printer))"

            [devices.dispenser]
            path = "\(try route.path(of: .dispenser))"

            [store]
            key_file = "\(folder.storeKey)"
            recovery_key_file = "\(folder.recoveryKey)"

            [identity]
            device_key_file = "\(folder.deviceKey)"

            [registry]
            file = "\(folder.registry)"
            public_key_file = "\(folder.registryKey)"

            [formulary]
            file = "\(folder.formulary)"

            [face]
            # An emulated machine needs up to 20 s for one picture; a scan ends as soon as it has seen enough.
            time_limit = 55

            [platform]
            \(platform)
            envelope_key_file = "\(folder.platformKey)"

            # A laboratory's disk is whatever the machine has left, and may be filled to its last byte on purpose.
            [disk]
            telemetry_mb = 8
            visits_mb = 4
            reserve_mb = \(reserveMB)

            """
        try AtomicFile.write(Array(text.utf8), to: folder.configuration, mode: 0o644)
    }
}
