import Foundation

/// Tells the service manager how this process stands (sd_notify(3)): a datagram to `$NOTIFY_SOCKET`.
public enum SystemdNotifier {
    /// Sends a state such as `READY=1` or `STOPPING=1`. False where nobody asked for it or it could not be sent.
    @discardableResult
    public static func notify(
        _ state: String, socket path: String? = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"]
    ) -> Bool {
        guard let path, path.hasPrefix("/") || path.hasPrefix("@") else { return false }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        // One byte less than the field: a path ends with a zero.
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        // "@" stands for the zero byte that begins an abstract socket's name (unix(7)).
        if path.hasPrefix("@") { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let header = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path)
        let length = socklen_t(header + name.count + (path.hasPrefix("@") ? 0 : 1))
        let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = Array(state.utf8)
        let sent = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
        return sent == bytes.count
    }
}
