import Foundation
import KioskPlatform
import KioskTestSupport
import Testing

@Suite struct SocketStreamTests {
    private func pair(_ folder: TemporaryFolder) throws -> (SocketListener, SocketStream, SocketStream) {
        let listener = try SocketListener.listen(unix: folder.file("s"))
        let client = try SocketStream.connect(unix: folder.file("s"))
        let server = try #require(try listener.accept())
        return (listener, client, server)
    }

    @Test(.timeLimit(.minutes(1))) func `bytes arrive whole and in order`() async throws {
        let folder = TemporaryFolder()
        let (_, client, server) = try pair(folder)
        let sent = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        async let writing: Void = onOwnThread("w") { try client.write(sent) }
        let got = try await onOwnThread("r") { try server.read(exactly: sent.count, deadline: .now + .seconds(20)) }
        try await writing
        #expect(got == sent)
    }

    @Test func `a read ends at its deadline with ETIMEDOUT`() throws {
        let (listener, client, server) = try pair(TemporaryFolder())
        let error = withExtendedLifetime((listener, server)) {
            #expect(throws: SystemCallError.self) {
                try client.read(exactly: 1, deadline: .now + .milliseconds(30))
            }
        }
        #expect(error?.code == ETIMEDOUT)
    }

    @Test func `the end of the stream in mid-message is ECONNRESET`() throws {
        let (_, client, server) = try pair(TemporaryFolder())
        try client.write([1, 2])
        client.shutdown()
        #expect(throws: SystemCallError.self) { try server.read(exactly: 3, deadline: .now + .seconds(5)) }
    }

    @Test func `the kernel says who the peer is`() throws {
        let (_, _, server) = try pair(TemporaryFolder())
        #expect(try server.peer().user == getuid())
    }

    @Test func `a listener that ends leaves the file of the one that took its place, and takes its own`() throws {
        let folder = TemporaryFolder()
        var former: SocketListener? = try SocketListener.listen(unix: folder.file("s"))
        withExtendedLifetime(former) {}
        var later: SocketListener? = try SocketListener.listen(unix: folder.file("s"))
        former = nil
        #expect(throws: Never.self) { try SocketStream.connect(unix: folder.file("s")) }
        withExtendedLifetime(later) {}
        later = nil
        #expect(!FileManager.default.fileExists(atPath: folder.file("s")))
    }

    @Test func `a path that is too long for a socket is refused`() {
        #expect(throws: SystemCallError.self) {
            try SocketStream.connect(unix: "/tmp/" + String(repeating: "x", count: 200))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `shutdown ends a blocked accept`() async throws {
        let folder = TemporaryFolder()
        let listener = try SocketListener.listen(unix: folder.file("s"))
        async let accepted = onOwnThread("a") { try listener.accept() == nil }
        try await Task.sleep(for: .milliseconds(20))
        listener.shutdown()
        #expect(try await accepted)
    }
}
