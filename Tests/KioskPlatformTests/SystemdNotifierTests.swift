import Foundation
import KioskPlatform
import KioskTestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SystemdNotifierTests {
    /// Binds a datagram socket to a name as the service manager does, notifies it, and returns what arrived.
    private func received(_ state: String, at name: [UInt8], told path: String) throws -> String? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(bound == 0)
        guard SystemdNotifier.notify(state, socket: path) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    @Test func `the service manager hears a state at a path`() throws {
        let path = TemporaryFolder("notify").file("s")
        let folder = TemporaryFolder("notify2")
        #expect(SystemdNotifier.notify("READY=1", socket: path) == false)
        let name = folder.file("s")
        #expect(try received("READY=1", at: Array(name.utf8) + [0], told: name) == "READY=1")
    }

    @Test func `the service manager hears a state at an abstract name`() throws {
        let name = "kiosk-test-\(UInt64.random(in: 0...UInt64.max))"
        #expect(try received("STOPPING=1", at: [0] + Array(name.utf8), told: "@" + name) == "STOPPING=1")
    }

    @Test func `without a socket, or with a name that can't be one, nothing is sent`() {
        for path in [nil, "", "relative", "/" + String(repeating: "x", count: 200)] {
            #expect(SystemdNotifier.notify("READY=1", socket: path) == false)
        }
    }
}

struct BoundedFileTests {
    private let folder = TemporaryFolder("bounded")

    @Test func `a file is read whole, through a link, up to the limit`() throws {
        let path = folder.file("a")
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        try FileManager.default.createSymbolicLink(atPath: folder.file("b"), withDestinationPath: path)
        #expect(try BoundedFile.read(folder.file("b"), limit: 3) == [1, 2, 3])
        #expect(throws: SystemCallError.self) { try BoundedFile.read(path, limit: 2) }
    }

    @Test(.timeLimit(.minutes(1))) func `a pipe, a folder and a missing file are errors, not a wait`() throws {
        try #require(mkfifo(folder.file("pipe"), 0o600) == 0)
        for path in [folder.file("pipe"), folder.path, folder.file("none"), "/dev/zero"] {
            #expect(throws: SystemCallError.self) { try BoundedFile.read(path, limit: 10) }
        }
    }
}
