import BenchSupport
import Foundation
import KioskPlatform

/// A pcscd of the run's own, with vsmartcard's virtual reader as its only one, beside whatever pcscd the machine has.
///
/// pcscd's socket has a fixed path: it gets a /run/pcscd of its own, in a mount namespace of its own, which the client
/// reaches through /proc.
final class PCSCDaemon {
    private static let driver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
    static let reader = "Bench"
    private let daemon: BenchProcess
    private let card: BenchProcess

    /// Why there can be none here; nil where it can.
    static var obstacle: String? {
        if getuid() != 0 { return "a pcscd of its own needs root" }
        let needed = [driver, "/usr/sbin/pcscd", "/usr/bin/unshare"]
        return needed.first { !FileManager.default.fileExists(atPath: $0) }.map { "there is no \($0) (script/setup)" }
    }

    /// Starts it, with a card in its reader.
    init(folder: BenchFolder) async throws {
        let configuration = folder.file("reader.conf.d")
        let port = try SocketListener.listen(loopbackPort: 0).port
        try FileManager.default.createDirectory(atPath: configuration, withIntermediateDirectories: true)
        let channel = "0x" + String(port, radix: 16, uppercase: true)
        try """
        FRIENDLYNAME "\(Self.reader)"
        DEVICENAME /dev/null:\(channel)
        LIBPATH \(Self.driver)
        CHANNELID \(channel)

        """.write(toFile: configuration + "/vpcd", atomically: true, encoding: .utf8)
        daemon = try BenchProcess(
            [
                "--mount", "sh", "-c",
                "mkdir -p /run/pcscd && mount -t tmpfs tmpfs /run/pcscd && exec pcscd --foreground --config \"$0\"",
                configuration,
            ], program: "/usr/bin/unshare", log: folder.file("pcscd.log"))
        let socket = "/proc/\(daemon.identifier)/root/run/pcscd/pcscd.comm"
        setenv("PCSCLITE_CSOCK_NAME", socket, 1)
        do {
            // The driver listens once pcscd has loaded it.
            try await wait(for: "pcscd") { FileManager.default.fileExists(atPath: socket) && Self.listens(port) }
            card = try BenchProcess(["card", String(port)])
        } catch {
            daemon.end()
            throw error
        }
    }

    func end() {
        card.end()
        daemon.end()
    }

    /// By the kernel's table: a connection would be taken for a card.
    private static func listens(_ port: UInt16) -> Bool {
        let digits = String(port, radix: 16, uppercase: true)
        let end = ":" + String(repeating: "0", count: 4 - digits.count) + digits
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }
        return tables.joined().split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.count > 3 && fields[1].hasSuffix(end) && fields[3] == "0A"
        }
    }
}
