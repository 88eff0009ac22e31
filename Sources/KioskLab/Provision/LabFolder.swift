import Foundation

/// Where a laboratory keeps its files; every part finds the others by this.
public struct LabFolder: Sendable, Hashable {
    public let path: String

    public init(path: String) { self.path = path }

    public var configuration: String { file("kioskd.toml") }
    public var data: String { file("data") }
    public var apiSocket: String { file("kioskd.sock") }
    public var visionSocket: String { file("vision.sock") }
    public var controlSocket: String { file("lab.sock") }
    public var registry: String { file("registry.jws") }
    public var registryKey: String { file("registry.pub") }
    public var registrySigningKey: String { file("registry.key") }
    /// The key that the stand-in signs its orders with, and its public half.
    public var platformSigningKey: String { file("platform.key") }
    public var platformKey: String { file("platform.pub") }
    /// The authority of the platform's certificate, and the kiosk's own certificate and key.
    public var platformAuthority: String { file("platform-ca.pem") }
    public var kioskCertificate: String { file("kiosk.pem") }
    public var kioskCertificateKey: String { file("kiosk-tls.key") }
    public var formulary: String { file("formulary.json") }
    public var storeKey: String { file("store.key") }
    /// The platform's recovery key: the public half is the kiosk's, the private one never is on a real kiosk.
    public var recoveryKey: String { file("recovery.pub.pem") }
    public var recoveryPrivateKey: String { file("recovery.key.pem") }
    public var deviceKey: String { file("device.pem") }
    public var doctorKey: String { file("doctor-card.pem") }
    public var doctorCertificate: String { file("doctor-card.der") }
    /// What the simulated camera sees: the pictures in this folder.
    public var camera: String { file("camera") }
    public var slips: String { file("slips") }
    public var bundles: String { file("bundles") }
    public var cabinet: String { file("cabinet") }
    public var logs: String { file("logs") }

    public func file(_ name: String) -> String { path + "/" + name }
}
