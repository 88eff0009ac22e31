import CLinux
import Foundation

/// Who is at the other end of a Unix socket, as the kernel says it.
public struct PeerCredentials: Sendable, Hashable {
    public let process: pid_t
    public let user: uid_t
    public let group: gid_t
}

/// A connected stream socket with blocking calls that take a deadline; use it from a thread of its own.
///
/// `shutdown()` may be called from any thread and ends a call under way.
public final class SocketStream: Sendable {
    public let descriptor: Int32

    init(owning descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Connects to a Unix socket. Throws `SystemCallError` (ENOENT, ECONNREFUSED, EACCES, …).
    public static func connect(unix path: String) throws -> SocketStream {
        let stream = try SocketStream(owning: makeSocket(AF_UNIX))
        let result = try withUnixAddress(path) { Foundation.connect(stream.descriptor, $0, $1) }
        guard result == 0 else { throw SystemCallError("connect \(path)") }
        return stream
    }

    /// Connects to an IPv4 address, for USB/IP. `host` is a dotted quad.
    public static func connect(host: String, port: UInt16) throws -> SocketStream {
        let stream = try SocketStream(owning: makeSocket(AF_INET))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
            throw SystemCallError("host \(host)", code: EINVAL)
        }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(stream.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw SystemCallError("connect \(host):\(port)") }
        var one: Int32 = 1
        setsockopt(stream.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        return stream
    }

    /// Reads exactly `count` bytes. Throws ETIMEDOUT after the deadline, ECONNRESET at the end of the stream.
    public func read(exactly count: Int, deadline: ContinuousClock.Instant? = nil) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(count, 1 << 20))
        while bytes.count < count {
            let chunk = try read(upTo: count - bytes.count, deadline: deadline)
            guard !chunk.isEmpty else { throw SystemCallError("read", code: ECONNRESET) }
            bytes += chunk
        }
        return bytes
    }

    /// Reads what is there, at least one byte; empty at the end of the stream.
    public func read(upTo count: Int, deadline: ContinuousClock.Instant? = nil) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: min(count, 65536))
        while true {
            try wait(for: Int16(POLLIN), deadline: deadline)
            let got = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if got >= 0 { return Array(buffer[..<got]) }
            guard errno == EINTR || errno == EAGAIN else { throw SystemCallError("read") }
        }
    }

    public func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant? = nil) throws {
        var offset = 0
        while offset < bytes.count {
            try wait(for: Int16(POLLOUT), deadline: deadline)
            let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            let sent = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress! + offset, $0.count - offset, flags) }
            if sent < 0 {
                guard errno == EINTR || errno == EAGAIN else { throw SystemCallError("write") }
                continue
            }
            offset += sent
        }
    }

    public func peer() throws -> PeerCredentials {
        var process: pid_t = 0
        var user: uid_t = 0
        var group: gid_t = 0
        guard clinux_peer_credentials(descriptor, &process, &user, &group) == 0 else {
            throw SystemCallError("SO_PEERCRED")
        }
        return PeerCredentials(process: process, user: user, group: group)
    }

    /// Ends both directions; blocked calls return.
    public func shutdown() { _ = Foundation.shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func wait(for events: Int16, deadline: ContinuousClock.Instant?) throws {
        while true {
            var poller = pollfd(fd: descriptor, events: events, revents: 0)
            let ready = poll(&poller, 1, Self.milliseconds(until: deadline))
            if ready > 0 { return }
            if ready == 0 { throw SystemCallError("poll", code: ETIMEDOUT) }
            guard errno == EINTR else { throw SystemCallError("poll") }
        }
    }

    private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let left = deadline - .now
        guard left > .zero else { return 0 }
        let (seconds, attoseconds) = left.components
        return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}

/// A listening socket; `accept` blocks, use it from a thread of its own.
public final class SocketListener: Sendable {
    private let descriptor: Int32
    private let path: String?
    /// The socket file's inode, which no other file has while the descriptor is open.
    private let inode: ino_t?

    private init(owning descriptor: Int32, path: String?) {
        self.descriptor = descriptor
        self.path = path
        inode = path.flatMap(Self.inode(of:))
    }

    deinit {
        // A later listener may have replaced the file.
        if let path, let inode, Self.inode(of: path) == inode { unlink(path) }
        close(descriptor)
    }

    private static func inode(of path: String) -> ino_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_ino : nil
    }

    /// Listens on a Unix socket with the given mode; a stale socket file is replaced.
    public static func listen(unix path: String, mode: mode_t = 0o660) throws -> SocketListener {
        unlink(path)
        let descriptor = try makeSocket(AF_UNIX)
        let result = try withUnixAddress(path) { bind(descriptor, $0, $1) }
        guard result == 0, chmod(path, mode) == 0, Foundation.listen(descriptor, 16) == 0 else {
            let error = SystemCallError("listen \(path)")
            close(descriptor)
            throw error
        }
        return SocketListener(owning: descriptor, path: path)
    }

    /// Listens on 127.0.0.1; port 0 takes a free one.
    public static func listen(loopbackPort port: UInt16) throws -> (SocketListener, port: UInt16) {
        let descriptor = try makeSocket(AF_INET)
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && Foundation.listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard result else {
            let error = SystemCallError("listen 127.0.0.1:\(port)")
            close(descriptor)
            throw error
        }
        return (SocketListener(owning: descriptor, path: nil), UInt16(bigEndian: address.sin_port))
    }

    /// The next connection, or nil after `shutdown`.
    public func accept() throws -> SocketStream? {
        while true {
            let connection = clinux_accept(descriptor)
            if connection >= 0 {
                var one: Int32 = 1
                setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
                return SocketStream(owning: connection)
            }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EINVAL: return nil
            default: throw SystemCallError("accept")
            }
        }
    }

    public func shutdown() { _ = Foundation.shutdown(descriptor, Int32(SHUT_RDWR)) }
}

private func makeSocket(_ family: Int32) throws -> Int32 {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemCallError("socket") }
    return descriptor
}

private func withUnixAddress<Result>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) throws -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
        throw SystemCallError("socket path \(path)", code: ENAMETOOLONG)
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
}
