import Glibc
import KioskModel
import NIOCore

/// Who is at the other end of a connection, as the kernel knew it when they connected.
public struct Peer: Sendable, Hashable {
    public let process: Int32
    public let user: uid_t
    public let group: gid_t
    /// The supplementary groups; the first 64 of them.
    public let groups: Set<gid_t>

    public init(process: Int32, user: uid_t, group: gid_t, groups: Set<gid_t>) {
        self.process = process
        self.user = user
        self.group = group
        self.groups = groups
    }

    /// Asks the kernel who connected a Unix socket (unix(7), SO_PEERCRED and SO_PEERGROUPS).
    static func of(_ channel: any Channel) -> EventLoopFuture<Peer> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(Fault(.apiNotAllowed, "not a socket"))
        }
        return credentials(of: socket).and(groups(of: socket)).map { credentials, groups in
            Peer(process: credentials.process, user: credentials.user, group: credentials.group, groups: groups)
        }
    }

    /// The kernel's `struct ucred`, which glibc hides.
    private struct Credentials: BitwiseCopyable, Sendable {
        var process: Int32
        var user: uid_t
        var group: gid_t
    }

    private static func credentials(of socket: any SocketOptionProvider) -> EventLoopFuture<Credentials> {
        socket.unsafeGetSocketOption(level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    }

    private static func groups(of socket: any SocketOptionProvider) -> EventLoopFuture<Set<gid_t>> {
        // The kernel writes as many ids as there are; the rest stays zero. The group 0 is not told from it: it needs
        // no telling, as no role hangs on it. More than 64 groups give ERANGE: then none is counted.
        let found: EventLoopFuture<SIMD64<UInt32>> = socket.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: peerGroupsOption))
        return found.map { ids in Set(ids.indices.map { ids[$0] }.filter { $0 != 0 }) }
            .flatMapErrorThrowing { _ in [] }
    }

    /// SO_PEERGROUPS of Linux 4.13 and later (asm-generic/socket.h); not in glibc's headers for Swift.
    private static let peerGroupsOption: Int32 = 59
}
