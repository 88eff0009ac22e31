import CameraCapture
import Foundation
import KioskModel
import Testing

@testable import FacePipeline

/// Scan after scan on JPEGs that are decoded anew: memory must stay where it is.
///
/// 50 scans and 1 000 pictures; with KIOSK_LONG=1 it is 1 000 scans and 20 000 pictures.
@Suite(.serialized, .timeLimit(.minutes(60)), .enabled(if: FaceData.isThere, FaceData.absent))
struct SoakTests {
    private static let isLong = ProcessInfo.processInfo.environment["KIOSK_LONG"] == "1"
    private static let scans = isLong ? 1000 : 50
    private static let pictures = 20
    /// Bytes that the allocator may keep in pieces; one picture a scan would be 46 MB and more.
    private static let most = 16 << 20

    @Test func `fifty scans of twenty pictures leave memory as it was`() async throws {
        let jpeg = try Data(contentsOf: URL(filePath: FaceData.faces + "/live-1.jpg"))
        var policy = ScanPolicy.lab
        policy.frames = Self.pictures
        let source = DecodingSource(jpeg: Array(jpeg), count: Self.pictures)
        let scanner = FaceData.scanner(source, policy: policy)
        let templates = try await FaceData.enrol(["live-1"])
        var before = 0
        for number in 0..<Self.scans {
            // The first scans fill caches and the allocator's free lists.
            if number == Self.scans / 5 { before = Self.residentBytes() }
            #expect(try await scanner.verify(FaceData.request(templates)).verdict == .verified)
        }
        let growth = Self.residentBytes() - before
        print("soak: \(Self.scans) scans, \(Self.scans * Self.pictures) pictures, memory grew by \(growth >> 10) KiB")
        #expect(growth < Self.most)
    }

    @Test func `one picture kept from each scan would be noticed`() throws {
        let before = Self.residentBytes()
        let kept = try (0..<120).map { _ in try FaceData.frame("live-1") }
        #expect(Self.residentBytes() - before > Self.most)
        withExtendedLifetime(kept) {}
    }

    /// The second number of /proc/self/statm, in bytes.
    private static func residentBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0)
            * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// The same photograph again and again, decoded each time and told apart by a pixel, as a camera's noise would.
private struct DecodingSource: FrameSource {
    let jpeg: [UInt8]
    let count: Int
    let identity = "soak"
    let isSimulated = true

    func probe() async -> Fault? { nil }
    func open() async throws(Fault) -> any FrameSession { Session(jpeg: jpeg, count: count) }

    private actor Session: FrameSession {
        let identity = "soak"
        let isSimulated = true
        let skipped = 0
        private let jpeg: [UInt8]
        private let count: Int
        private var position = 0

        init(jpeg: [UInt8], count: Int) {
            self.jpeg = jpeg
            self.count = count
        }

        var isExhausted: Bool { position >= count }

        func next(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
            position += 1
            guard let frame = try FrameDecoder.jpeg(jpeg, upright: true).marked(UInt8(position)) else {
                throw Fault(.faceFrameCorrupt)
            }
            return frame
        }

        func close() {}
    }
}
