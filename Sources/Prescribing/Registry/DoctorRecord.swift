import Foundation
import KioskModel

/// One doctor as the registry lists them.
public struct DoctorRecord: Codable, Sendable, Hashable {
    public enum Status: String, Codable, Sendable, Hashable { case active, suspended, revoked }
    public enum AntibioticTier: Int, Codable, Sendable, Hashable { case none, unrestricted, restricted, special }

    public let id: DoctorID
    public let name: String
    public let licence: String
    /// The service modes in which the doctor may see patients.
    public let scope: [ServiceMode]
    /// Sites at which the doctor may work.
    public let sites: [String]
    /// ISO 8601 instants, inclusive.
    public let notBefore: Date
    public let notAfter: Date
    public let status: Status
    public let antibioticTier: AntibioticTier
    /// SHA-256 (hex) of each certificate by which the doctor signs.
    public let thumbprints: [String]

    public init(
        id: DoctorID, name: String, licence: String, scope: [ServiceMode], sites: [String], notBefore: Date,
        notAfter: Date, status: Status, antibioticTier: AntibioticTier, thumbprints: [String]
    ) {
        self.id = id
        self.name = name
        self.licence = licence
        self.scope = scope
        self.sites = sites
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.status = status
        self.antibioticTier = antibioticTier
        self.thumbprints = thumbprints
    }

    /// Throws unless the doctor may work now, in this mode, at this site; there is no grace for any of these.
    public func checkMayWork(at date: Date, mode: ServiceMode, site: String) throws(Fault) {
        guard status == .active else { throw Fault(.doctorNotInForce, "status is \(status.rawValue)") }
        guard notBefore <= date, date <= notAfter else { throw Fault(.doctorNotInForce, "outside the licence's dates") }
        guard scope.contains(mode) else { throw Fault(.doctorOutOfScope, "mode \(mode.rawValue)") }
        guard sites.contains(site) else { throw Fault(.doctorOutOfScope, "site \(site)") }
    }
}
