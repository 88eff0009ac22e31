import Glibc
import KioskModel

/// What a user of the local API is to the kiosk.
public enum APIRole: String, Sendable, Hashable, CaseIterable {
    /// The user that kioskd runs as, and root: may do everything.
    case owner
    /// Sees everything, ends visits, records what was found.
    case technician
    /// Sees everything, signs in, prescribes, signs, dispenses, prints.
    case doctor
}

/// Which Unix users have which role; everyone else is refused.
public struct AccessPolicy: Sendable, Hashable {
    public let owner: uid_t
    public let technicianGroup: gid_t?
    public let doctorGroup: gid_t?

    public init(owner: uid_t = getuid(), technicianGroup: gid_t? = nil, doctorGroup: gid_t? = nil) {
        self.owner = owner
        self.technicianGroup = technicianGroup
        self.doctorGroup = doctorGroup
    }

    /// Looks the configured groups up. Throws `configBadValue` for a group that this machine does not have.
    public static func forGroups(technician: String?, doctor: String?) throws(Fault) -> AccessPolicy {
        AccessPolicy(
            technicianGroup: try technician.map { name throws(Fault) in try groupID(name, "technician_group") },
            doctorGroup: try doctor.map { name throws(Fault) in try groupID(name, "doctor_group") })
    }

    public func roles(of peer: Peer) -> Set<APIRole> {
        if peer.user == 0 || peer.user == owner { return Set(APIRole.allCases) }
        var roles: Set<APIRole> = []
        let groups = peer.groups.union([peer.group])
        if let technicianGroup, groups.contains(technicianGroup) { roles.insert(.technician) }
        if let doctorGroup, groups.contains(doctorGroup) { roles.insert(.doctor) }
        return roles
    }

    private static func groupID(_ name: String, _ key: String) throws(Fault) -> gid_t {
        var buffer = [CChar](repeating: 0, count: 65536)
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            throw Fault(.configBadValue, "api.\(key) is \"\(name)\"; allowed: a group of this machine (getent group)")
        }
        return entry.gr_gid
    }
}
