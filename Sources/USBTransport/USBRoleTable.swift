import Synchronization

/// Which device is whose: roles that share a bus and find their devices by class never take the same one.
///
/// A device is known again by path, ids and serial. Roles without a path get their devices in the order in which they
/// were registered; once one was served, its device stays its own, also under another address.
public final class USBRoleTable: Sendable {
    private struct Entry {
        let role: USBRole
        var known: USBDeviceInfo?
    }

    private let entries = Mutex<[Entry]>([])

    public init() {}

    func register(_ role: USBRole) {
        entries.withLock { entries in
            guard !entries.contains(where: { $0.role == role }) else { return }
            entries.append(Entry(role: role))
        }
    }

    /// The devices that may serve a role, best first.
    func candidates(for role: USBRole, among devices: [USBDeviceInfo]) -> [USBDeviceInfo] {
        let accepted = devices.filter(role.accepts)
        guard role.path == nil else { return accepted }
        return entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.role == role }) else { return accepted }
            let others = entries.indices.filter { $0 != index }.map { entries[$0] }
            let free = accepted.filter { device in
                !others.contains { $0.role.path == device.path || Self.isSurely($0.known, device) }
            }
            let (unclaimed, doubtful) = free.reduce(into: ([USBDeviceInfo](), [USBDeviceInfo]())) { parts, device in
                let isInAnothersPlace = others.contains { Self.isInPlace($0.known, device) }
                if isInAnothersPlace { parts.1.append(device) } else { parts.0.append(device) }
            }
            if let known = entries[index].known {
                // Where the list has no serials, only opening tells whose the devices in others' places are.
                return Self.sorted(unclaimed, by: known) + doubtful
            }
            // Roles before this one that are not served yet come first.
            let ahead = entries[..<index].filter { entry in
                entry.role.path == nil && entry.known == nil && unclaimed.contains(where: entry.role.accepts)
            }
            return Array(unclaimed.dropFirst(ahead.count))
        }
    }

    /// Settles that an opened device, whose serial is known now, serves a role; false where it is another role's.
    func settle(_ device: USBDeviceInfo, for role: USBRole, among devices: [USBDeviceInfo]) -> Bool {
        entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.role == role }) else { return true }
            let mine = entries[index].known
            let isOwn = mine.map { Self.rank(device, $0) == 0 } ?? false
            if role.path == nil, !isOwn {
                let isOthers = entries.indices.contains { other in
                    guard other != index, let known = entries[other].known else { return false }
                    if known.path == device.path, Self.haveSameIDs(known, device) {
                        return known.serial == device.serial
                    }
                    guard known.serial != nil, known.serial == device.serial, Self.haveSameIDs(known, device) else {
                        return false
                    }
                    if let mine, mine.serial != known.serial { return true }
                    // Serials are often the same on all: it moved here only where its own place is empty.
                    let isAtHome = devices.contains { $0.path == known.path && Self.haveSameIDs($0, known) }
                    return !isAtHome
                }
                guard !isOthers else { return false }
            }
            entries[index].known = device
            return true
        }
    }

    /// How surely a device is the known one; 0 is sure.
    private static func rank(_ device: USBDeviceInfo, _ known: USBDeviceInfo) -> Int {
        guard haveSameIDs(device, known) else { return 4 }
        let isSerialSame = device.serial != nil && device.serial == known.serial
        if device.path == known.path { return isSerialSame || device.serial == nil ? 0 : 3 }
        return isSerialSame ? 1 : 2
    }

    private static func sorted(_ devices: [USBDeviceInfo], by known: USBDeviceInfo) -> [USBDeviceInfo] {
        devices.enumerated().sorted { left, right in
            let ranks = (rank(left.element, known), rank(right.element, known))
            return ranks.0 == ranks.1 ? left.offset < right.offset : ranks.0 < ranks.1
        }.map(\.element)
    }

    /// Whether a listed device stands where a known one stood, and may be it.
    private static func isInPlace(_ known: USBDeviceInfo?, _ device: USBDeviceInfo) -> Bool {
        guard let known else { return false }
        return known.path == device.path && haveSameIDs(known, device)
            && (device.serial == nil || device.serial == known.serial)
    }

    /// Whether it is it: its serial is listed, or it has none.
    private static func isSurely(_ known: USBDeviceInfo?, _ device: USBDeviceInfo) -> Bool {
        isInPlace(known, device) && device.serial == known?.serial
    }

    private static func haveSameIDs(_ left: USBDeviceInfo, _ right: USBDeviceInfo) -> Bool {
        left.vendorID == right.vendorID && left.productID == right.productID
    }
}
