import Foundation
import KioskPlatform
import KioskTestSupport
import Testing

@Suite struct PlatformTests {
    private actor OnThread {
        private let thread: DeviceThread
        nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

        init(_ thread: DeviceThread) { self.thread = thread }

        func isOnThread() -> Bool { thread.isCurrent }
    }

    @Test(.timeLimit(.minutes(1))) func `an actor with a device thread runs there, and the thread is joined`() async {
        let thread = DeviceThread(name: "test-device")
        let actor = OnThread(thread)
        #expect(await actor.isOnThread())
        thread.stop()
    }

    @Test func `a file is replaced whole and leaves no temporary file`() throws {
        let folder = TemporaryFolder()
        let path = folder.file("f")
        try AtomicFile.write([1, 2, 3], to: path)
        try AtomicFile.write([4], to: path)
        #expect(FileManager.default.contents(atPath: path) == Data([4]))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["f"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `a write into a missing folder says which call failed`() {
        let error = #expect(throws: SystemCallError.self) { try AtomicFile.write([1], to: "/nonexistent/folder/f") }
        #expect(error?.code == ENOENT)
    }

    @Test func `GBK and GB18030 come back, and broken bytes are refused`() {
        #expect(TextEncoding.gbk.decode(TextEncoding.gbk.encode("张伟喆") ?? []) == "张伟喆")
        #expect(TextEncoding.gbk.encode("𠮷") == nil)
        #expect(TextEncoding.gb18030.decode(TextEncoding.gb18030.encode("𠮷药") ?? []) == "𠮷药")
        #expect(TextEncoding.gbk.decode([0x81]) == nil)
        #expect(TextEncoding.gbk.decode([]) == "")
    }

    @Test func `the clock's stamps go up and name this boot`() {
        let clock = SystemClock()
        let first = clock.stamp()
        let second = clock.stamp()
        #expect(second.monotonic > first.monotonic)
        #expect(first.boot == second.boot && first.boot.count == 36)
        #expect(first.iso8601.hasSuffix("Z") && first.iso8601.count == 24)
    }
}
