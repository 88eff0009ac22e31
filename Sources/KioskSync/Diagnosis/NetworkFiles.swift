import Foundation
import KioskModel
import KioskPlatform

/// What the kernel's files say of the network: cables in sysfs, routes in procfs.
public struct NetworkFiles: Sendable {
    private let root: String

    /// `root`: where `/sys` and `/proc` are found.
    public init(root: String = "") { self.root = root }

    /// Whether any interface but the loopback has a carrier.
    var link: SyncLayerView {
        let folder = root + "/sys/class/net"
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        let others = names.filter { $0 != "lo" }
        let connected = others.filter { text("\(folder)/\($0)/carrier") == "1" }
        guard connected.isEmpty else { return SyncLayerView("link", .ok, connected.joined(separator: ", ")) }
        let seen = others.map { "\($0) \(text("\(folder)/\($0)/operstate") ?? "?")" }.joined(separator: ", ")
        return SyncLayerView("link", .failed, seen, fault: Fault(.syncNoLink, seen.isEmpty ? "no interface" : seen))
    }

    /// Whether there is a default route (proc(5): destination zero, flag RTF_UP).
    var route: SyncLayerView {
        for line in (text("/proc/net/route", at: root) ?? "").split(separator: "\n").dropFirst() {
            let parts = line.split(whereSeparator: \.isWhitespace)
            if parts.count > 3, parts[1] == "00000000", (UInt32(parts[3], radix: 16) ?? 0) & 1 == 1 {
                return SyncLayerView("route", .ok, "\(parts[0])")
            }
        }
        for line in (text("/proc/net/ipv6_route", at: root) ?? "").split(separator: "\n") {
            let parts = line.split(separator: " ")
            // A reject route, which every machine has, is flagged 0x200.
            if parts.count == 10, parts[1] == "00", parts[9] != "lo",
                (UInt32(parts[8], radix: 16) ?? 0x200) & 0x201 == 1
            {
                return SyncLayerView("route", .ok, "\(parts[9]), IPv6")
            }
        }
        return SyncLayerView("route", .failed, "", fault: Fault(.syncNoRoute, "no default route"))
    }

    private func text(_ path: String, at root: String = "") -> String? {
        guard let handle = FileHandle(forReadingAtPath: root + path) else { return nil }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: 1 << 20) else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
