import Foundation
import KioskModel
import KioskTestSupport
import Testing

@testable import CameraCapture

@Suite(.timeLimit(.minutes(1)))
struct FolderFrameSourceTests {
    private let folder = TemporaryFolder("frames")
    private var source: FolderFrameSource { FolderFrameSource(folder: folder.path, framesPerSecond: 100) }
    private var soon: ContinuousClock.Instant { .now + .seconds(10) }

    private func put(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
    }

    @Test func `pictures come in the order of their names, again and again, and damaged ones are skipped`() async throws
    {
        try put("b.jpg", Array(SampleJPEG.bytes.prefix(400)))
        try put("c.JPEG", SampleJPEG.turned(6, bigEndian: false))
        try put("a.jpg", SampleJPEG.bytes)
        try put("notes.txt", [1])
        let session = try await source.open()
        var widths: [Int] = []
        for _ in 0..<4 { widths.append(try await session.next(before: soon).width) }
        #expect(widths == [32, 16, 32, 16])
        #expect(await session.skipped == 2)
        #expect(await session.isExhausted)
        #expect(await session.isSimulated)
        await session.close()
    }

    @Test func `links are followed, and the folder is looked through anew at each scan`() async throws {
        let store = TemporaryFolder("store")
        try Data(SampleJPEG.bytes).write(to: URL(fileURLWithPath: store.file("picture")))
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link.jpg"), withDestinationPath: store.file("picture"))
        #expect(try await source.open().next(before: soon).width == 32)
        try FileManager.default.removeItem(atPath: folder.file("link.jpg"))
        let fault = await #expect(throws: Fault.self) { try await source.open() }
        #expect(fault?.code == .faceNoCamera)
    }

    @Test func `only damaged pictures, pipes and folders are a fault, not an endless search`() async throws {
        try put("a.jpg", Array(SampleJPEG.bytes.prefix(300)))
        try put("b.jpg", [])
        try #require(mkfifo(folder.file("c.jpg"), 0o600) == 0)
        try FileManager.default.createDirectory(atPath: folder.file("d.jpg"), withIntermediateDirectories: true)
        let session = try await source.open()
        let fault = await #expect(throws: Fault.self) { try await session.next(before: soon) }
        #expect(fault?.code == .faceFrameCorrupt)
        #expect(await session.skipped == 4)
    }

    @Test func `an empty or missing folder is no camera`() async throws {
        #expect(await source.probe()?.code == .faceNoCamera)
        let fault = await #expect(throws: Fault.self) { try await source.open() }
        #expect(fault?.code == .faceNoCamera)
        #expect(await FolderFrameSource(folder: folder.file("none")).probe()?.code == .faceNoCamera)
    }

    @Test func `a deadline ends the wait for the next picture`() async throws {
        try put("a.jpg", SampleJPEG.bytes)
        let session = try await FolderFrameSource(folder: folder.path, framesPerSecond: 0.1).open()
        _ = try await session.next(before: soon)
        let fault = await #expect(throws: Fault.self) {
            try await session.next(before: .now + .milliseconds(20))
        }
        #expect(fault?.code == .faceTimeout)
    }
}
