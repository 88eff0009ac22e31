import CameraCapture
import Testing

/// What came of a number of pictures.
struct StreamRun: Sendable, CustomStringConvertible {
    let filled: Int
    /// Begun on the bus without a free buffer.
    let lost: Int
    /// Marked as bad by the driver, or not decodable.
    let damaged: Int
    /// Not fetched from the camera in time.
    let dropped: Int
    let seconds: Double

    var rate: Double { Double(filled) / seconds }
    var dropRate: Double { Double(dropped) / seconds }
    var isLossless: Bool { isWhole && dropped == 0 }
    /// Whether nothing was lost of what was fetched from the camera.
    var isWhole: Bool { lost == 0 && damaged == 0 }

    var description: String {
        "\(filled) pictures in \(seconds) s, \(lost) lost, \(damaged) damaged, \(dropped) dropped by the camera"
    }

    static func record(
        _ bench: KernelCamera, _ encoding: V4L2FrameSource.Encoding, pictures: Int
    ) async throws -> StreamRun {
        try bench.show(shades: [40, 100, 160, 220])
        let source = V4L2FrameSource(path: try await bench.path(), prefers: encoding)
        let session = try #require(try await source.open() as? V4L2Session)
        #expect(session.identity.contains("1209:0006") && session.identity.contains("uvcvideo"), "\(session.identity)")
        #expect(session.isSimulated, "its manufacturer is a laboratory")
        _ = try await session.next(before: .now + .seconds(30))
        let (start, before) = (ContinuousClock.now, session.counts)
        let droppedBefore = bench.camera.droppedPictures
        while session.counts.filled - before.filled < pictures {
            let frame = try await session.next(before: .now + .seconds(10))
            #expect(frame.width == 640 && frame.height == 480)
        }
        let after = session.counts
        let run = StreamRun(
            filled: after.filled - before.filled, lost: after.lost - before.lost, damaged: session.skipped,
            dropped: bench.camera.droppedPictures - droppedBefore, seconds: (ContinuousClock.now - start) / .seconds(1))
        await session.close()
        #expect(!bench.camera.isStreaming, "closing ends the stream")
        print("\(encoding.rawValue): \(run)")
        return run
    }
}
