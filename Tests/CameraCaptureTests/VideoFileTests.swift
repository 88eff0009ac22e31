import Foundation
import KioskModel
import KioskTestSupport
import Testing

@testable import CameraCapture

@Suite(.timeLimit(.minutes(1)))
struct VideoFileTests {
    private let folder = TemporaryFolder("film")
    private var soon: ContinuousClock.Instant { .now + .seconds(20) }

    private func put(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
        return folder.file(name)
    }

    private func y4m(_ header: String, frames: [[UInt8]]) -> [UInt8] {
        Array("\(header)\n".utf8) + frames.flatMap { Array("FRAME\n".utf8) + $0 }
    }

    private func brightness(_ session: any FrameSession) async throws -> UInt8 {
        try await session.next(before: soon).bgr.first ?? 0
    }

    @Test func `a Y4M's frames come in order and at its speed, then it is over`() async throws {
        let frames = [16, 126, 235].map { [UInt8](repeating: $0, count: 32) + [UInt8](repeating: 128, count: 16) }
        let path = try put("a.y4m", y4m("YUV4MPEG2 W8 H4 F1:1 Ip A1:1 C420jpeg", frames: frames))
        var seen: [UInt8] = []
        // A machine that is busy with something else may make one late by a second, and such a one is passed over.
        for _ in 0..<3 where seen.count < frames.count {
            seen = []
            let session = try await VideoFileSource(path: path).open()
            let start = ContinuousClock.now
            while await !session.isExhausted { seen.append(try await brightness(session)) }
            #expect(ContinuousClock.now - start >= .milliseconds(1950))
            await expectFault(.faceTimeout) { _ = try await session.next(before: soon) }
        }
        try #require(seen.count == frames.count, "\(seen)")
        #expect(seen[0] < 5)
        #expect((115...140).contains(seen[1]))
        #expect(seen[2] > 250)
    }

    @Test func `4 to 2 to 2 has chroma in every row`() throws {
        let header = try #require(Y4MHeader("YUV4MPEG2 W2 H2 F25:1 C422"))
        #expect(header.yuyv([1, 2, 3, 4, 10, 11, 20, 21]) == [1, 10, 2, 20, 3, 11, 4, 21])
        #expect(header.yuyv([1, 2, 3]) == nil)
    }

    @Test(arguments: [
        "", "YUV4MPEG2", "YUV4MPEG2 W0 H4", "YUV4MPEG2 W8 H-4", "YUV4MPEG2 W7 H4", "YUV4MPEG2 W99999999999999999999 H4",
        "YUV4MPEG2 W8 H4 F0:0", "YUV4MPEG2 W8 H4 C420p10", "YUV4MPEG2 W8 H4 Cmono", "RIFF W8 H4",
        String(repeating: "x", count: 5000),
    ])
    func `another header is a fault`(_ header: String) async throws {
        let path = try put("b.y4m", y4m(header, frames: [[1, 2, 3]]))
        #expect(await VideoFileSource(path: path).probe()?.code == .faceFrameCorrupt)
    }

    @Test func `a Y4M that ends early or loses its frames' marks ends there`() async throws {
        let frame = [UInt8](repeating: 100, count: 48)
        let whole = y4m("YUV4MPEG2 W8 H4 F1:1", frames: [frame, frame])
        for bytes in [Array(whole.dropLast(5)), whole.dropLast(54) + Array("FRUME\n".utf8) + frame] {
            let session = try await VideoFileSource(path: try put("c.y4m", bytes)).open()
            _ = try await session.next(before: soon)
            #expect(await session.isExhausted)
        }
    }

    @Test func `JPEGs end to end are cut apart, thumbnails and noise in between do not matter`() async throws {
        let thumbnail: [UInt8] = [0xFF, 0xE2, 0, 8, 0xFF, 0xD8, 0xFF, 0xD9, 1, 2]
        let withThumbnail = Array(SampleJPEG.bytes.prefix(2)) + thumbnail + SampleJPEG.bytes.dropFirst(2)
        let path = try put("d.mjpeg", [1, 2, 3] + SampleJPEG.bytes + [0, 0xFF] + withThumbnail + [7])
        let session = try await VideoFileSource(path: path, framesPerSecond: 0.7).open()
        for _ in 0..<2 { #expect(try await session.next(before: soon).width == 32) }
        #expect(await session.isExhausted)
        #expect(await session.skipped == 0)
    }

    @Test func `a damaged JPEG is skipped and counted, only damaged ones are a fault`() async throws {
        let damaged = Array(SampleJPEG.bytes.dropLast(20)) + [0xFF, 0xD9]
        let mixed = try await VideoFileSource(
            path: try put("e.mjpeg", damaged + SampleJPEG.bytes), framesPerSecond: 0.7
        ).open()
        #expect(try await mixed.next(before: soon).width == 32)
        #expect(await mixed.skipped == 1)
        let bad = try await VideoFileSource(path: try put("f.mjpeg", damaged), framesPerSecond: 0.7).open()
        let fault = await #expect(throws: Fault.self) { try await bad.next(before: soon) }
        #expect(fault?.code == .faceFrameCorrupt)
    }

    @Test func `random bytes never crash the splitter, and it always goes on`() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            var bytes = (0..<300).map { _ in
                Bool.random(using: &generator) ? 0xFF : UInt8.random(in: 0...255, using: &generator)
            }
            while !bytes.isEmpty {
                switch MJPEGSplitter.cut(bytes) {
                case .picture(let range): bytes.removeFirst(range.upperBound)
                case .noise(let count):
                    #expect(count > 0 && count <= bytes.count)
                    bytes.removeFirst(max(1, min(count, bytes.count)))
                case .needsMore: bytes = []
                }
            }
        }
    }

    @Test func `a missing file, a folder and a pipe are no camera`() async throws {
        try #require(mkfifo(folder.file("pipe.y4m"), 0o600) == 0)
        for path in [folder.file("none.y4m"), folder.path, folder.file("pipe.y4m")] {
            let fault = await #expect(throws: Fault.self) { try await VideoFileSource(path: path).open() }
            #expect(fault?.code == .faceNoCamera)
        }
    }
}
