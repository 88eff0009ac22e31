import Foundation
import KioskPlatform
import KioskTestSupport
import Synchronization
import Testing
import VisionProtocol

/// Who may ask the face service, where the socket's file would let anybody connect.
@Suite(.timeLimit(.minutes(1)), .enabled(if: getuid() == 0, "only root can become somebody else"))
struct VisionPeerTests {
    private static let nobody: uid_t = 65534

    /// How many bytes a process of nobody's gets for a message that no service understands.
    private func bytesForNobody(users: Set<uid_t>, report: @escaping @Sendable (String) -> Void) async throws -> String
    {
        let folder = TemporaryFolder("vision")
        chmod(folder.path, 0o711)
        // What is asked never gets as far as what lies behind the socket.
        let server = VisionServer(
            socketPath: folder.file("s"), mode: 0o666, users: users, service: VisionClient(socketPath: "/nowhere"),
            report: report)
        try server.start()
        defer { server.stop() }
        let script = """
            import os, socket
            peer = socket.socket(socket.AF_UNIX)
            peer.settimeout(30)
            os.setgroups([]); os.setgid(\(Self.nobody)); os.setuid(\(Self.nobody))
            peer.connect("s")
            try:
                peer.sendall(b"\\0\\0\\0\\2{}")
                print(len(peer.recv(4)))
            except ConnectionError:
                print(0)
            """
        return try await onOwnThread("foreign-peer") {
            let child = Process()
            child.executableURL = URL(filePath: "/usr/bin/python3")
            child.arguments = ["-I", "-c", script]
            child.currentDirectoryURL = URL(filePath: folder.path)
            let output = Pipe()
            child.standardOutput = output
            try child.run()
            let told = output.fileHandleForReading.readDataToEndOfFile()
            child.waitUntilExit()
            return String(decoding: told, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    @Test func `another user is not answered, and is told of; one who is named is answered`() async throws {
        let reports = Mutex<[String]>([])
        let stranger = try await bytesForNobody(users: []) { line in reports.withLock { $0.append(line) } }
        #expect(stranger == "0")
        #expect(reports.withLock(\.self) == ["a peer of another user was refused"])
        let named = try await bytesForNobody(users: [Self.nobody]) { _ in }
        #expect(named == "4")
    }
}
