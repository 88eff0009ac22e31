import CameraCapture
import Foundation
import KioskModel
import KioskTestSupport
import Synchronization
import Testing

@testable import FacePipeline

extension TemporaryFolder {
    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: file(name), withDestinationPath: target)
    }
}

/// Where no verdict is possible there is a fault that says why.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: FaceData.isThere, FaceData.absent))
struct ScanFaultTests {
    private func fault(_ scanner: FaceScanner, _ templates: [FaceTemplate]? = nil) async throws -> Fault? {
        var known = templates ?? []
        if templates == nil { known = try await FaceData.enrol(["person-a-1"]) }
        let request = FaceData.request(known, timeLimit: 5)
        return await #expect(throws: Fault.self) { try await scanner.verify(request) }
    }

    @Test func `pictures without a face end with nobody seen, whatever their shape`() async throws {
        for (width, height) in [(640, 480), (1, 1), (1, 5000), (5000, 2), (33, 31)] {
            let grey = try #require(
                Frame(width: width, height: height, bgr: [UInt8](repeating: 90, count: width * height * 3)))
            #expect(try await fault(FaceData.scanner(MemoryFrameSource([grey])))?.code == .faceNotSeen)
        }
    }

    /// Against its own templates, so that nothing but the gates can turn it away.
    @Test func `a degraded picture gets its guidance, never a verdict`() async throws {
        for name in ["live-1", "person-b-1"] {
            let photo = try FaceData.frame(name)
            let good = try #require(photo.width > 640 ? photo.shrunk(2) : photo)
            let templates = try await FaceData.scanner(MemoryFrameSource([good])).capture(count: 1, timeLimit: 20)
            let cases: [(Frame?, QualityObstacle, Prompt)] = [
                (good.exposed(0.3), .tooDark, .moreLight), (good.exposed(2.5), .tooBright, .lessLight),
                (good.shrunk(3), .tooFar, .comeCloser), (good.blurred(6), .blurred, .holdStill),
            ]
            for (frame, obstacle, prompt) in cases {
                let scanner = FaceData.scanner(MemoryFrameSource([try #require(frame)]))
                let heard = Mutex<[Prompt]>([])
                let fault = await #expect(throws: Fault.self, "\(name) \(obstacle)") {
                    try await scanner.verify(FaceData.request(templates)) { prompt in
                        heard.withLock { $0.append(prompt) }
                    }
                }
                #expect(fault?.code == .faceTimeout, "\(name) \(obstacle)")
                #expect(fault?.detail == obstacle.rawValue, "\(name)")
                #expect(heard.withLock { $0 } == [prompt], "\(name)")
            }
        }
    }

    /// Drawn over photographs; nothing is claimed of real cloth. The detector alone is as sure of these as of bare faces.
    @Test(arguments: ["person-a-1", "person-a-2", "person-a-3", "person-b-1", "live-1"])
    func `a face behind a mask is asked to uncover it, and a bare one is not`(_ name: String) throws {
        let photo = try FaceData.frame(name)
        let good = try #require(photo.width > 640 ? photo.shrunk(2) : photo)
        var policy = ScanPolicy.lab
        // A black mask makes the whole crop darker, a drawn one may tilt the points.
        policy.gates.brightness = 0...255
        policy.gates.mostRoll = 60
        policy.gates.leastScore = 0.5
        let examiner = FrameExaminer(engine: try FaceEngine(ModelStore(folder: FaceData.models)), policy: policy)
        guard case .clear(let bare) = try examiner.sight(of: good) else {
            Issue.record("\(name) is bare")
            return
        }
        for mask in Frame.Mask.allCases {
            let look = try examiner.sight(of: try #require(good.masked(bare.face, mask)))
            if case .poor(.covered, _) = look { continue }
            Issue.record("\(name) with \(mask): \(look)")
        }
    }

    @Test func `a picture without colour says nothing of a mask`() throws {
        let photo = try FaceData.frame("person-a-1")
        let grey = stride(from: 0, to: photo.bgr.count, by: 3).flatMap { start in
            [UInt8](repeating: photo.bgr[start + 1], count: 3)
        }
        let frame = try #require(Frame(width: photo.width, height: photo.height, bgr: grey, taken: photo.taken))
        let examiner = FrameExaminer(engine: try FaceEngine(ModelStore(folder: FaceData.models)), policy: .lab)
        guard case .clear = try examiner.sight(of: frame) else {
            Issue.record("a bare face in grey")
            return
        }
    }

    /// Small faces too: the detector's own points would call all of these upright. To its right the net draws a head
    /// half as far as to its left.
    @Test(arguments: ["person-a-1", "person-a-2", "person-a-3"], [-32.0, 32])
    func `a head that is tilted to either side is asked to be held straight, however small it is`(
        _ name: String, _ degrees: Double
    ) async throws {
        let photo = try FaceData.frame(name)
        let good = try #require(photo.width > 640 ? photo.shrunk(2) : photo)
        let examiner = FrameExaminer(engine: try FaceEngine(ModelStore(folder: FaceData.models)), policy: Self.small)
        for frame in [good, try #require(good.shrunk(2))] {
            let look = try examiner.sight(of: try #require(frame.rolled(degrees)))
            guard case .poor(let obstacle, _) = look else {
                Issue.record("\(name): \(look)")
                continue
            }
            #expect(obstacle == .tilted, "\(name)")
            guard case .clear = try examiner.sight(of: frame) else {
                Issue.record("\(name) is straight")
                continue
            }
        }
    }

    /// Lets small faces through.
    private static let small: ScanPolicy = {
        var policy = ScanPolicy.lab
        policy.gates.leastEyeDistance = 20
        policy.gates.leastScore = 0.5
        return policy
    }()

    @Test func `degraded pictures of another person are never accepted`()
        async throws
    {
        let templates = try await FaceData.enrol(["person-a-1", "person-a-2"])
        let other = try #require(try FaceData.frame("person-b-1").shrunk(2))
        let changed: [Frame?] = [
            other.exposed(0.4), other.exposed(1.7), other.blurred(1), other.blurred(3), other.shrunk(2),
            other.rolled(-14), other.rolled(20), other.rolled(90),
        ]
        var gatesOff = ScanPolicy.lab
        gatesOff.gates = .off
        for frame in changed {
            for policy in [ScanPolicy.lab, gatesOff] {
                let scanner = FaceData.scanner(MemoryFrameSource([try #require(frame)]), policy: policy)
                do throws(Fault) {
                    #expect(try await scanner.verify(FaceData.request(templates)).verdict == .refused)
                } catch {
                    #expect(error.code.isAboutThePicture, "\(error)")
                }
            }
        }
    }

    /// Fifteen are long enough, but few: a slow machine may meet the same one of two pictures by chance.
    @Test(arguments: [(15, true), (30, false)])
    func `pictures that only come again end a scan, as a frozen camera's do`(
        _ repetitions: Int, _ goesOn: Bool
    ) async throws {
        let templates = try await FaceData.enrol(["live-1"])
        let live = try FaceData.frame("live-1")
        let fresh = try #require(live.marked(1))
        var policy = ScanPolicy.lab
        policy.frames = 2
        let pictures = [Frame](repeating: live, count: 1 + repetitions) + [fresh]
        let scanner = FaceData.scanner(MemoryFrameSource(pictures), policy: policy)
        if goesOn {
            #expect(try await scanner.verify(FaceData.request(templates)).verdict == .verified)
        } else {
            await expectFault(.faceTimeout) { _ = try await scanner.verify(FaceData.request(templates)) }
        }
    }

    @Test func `two persons and nobody are told so`() async throws {
        let templates = try await FaceData.enrol(["person-a-1"])
        let grey = try #require(Frame(width: 64, height: 64, bgr: [UInt8](repeating: 90, count: 64 * 64 * 3)))
        let heard = Mutex<[Prompt]>([])
        let scanner = FaceData.scanner(
            MemoryFrameSource([try FaceData.frame("two-people"), grey], spacing: .seconds(1)))
        _ = try? await scanner.verify(FaceData.request(templates)) { prompt in heard.withLock { $0.append(prompt) } }
        #expect(heard.withLock { $0 } == [.onePersonOnly, .lookAtCamera])
    }

    @Test func `damaged pictures alone, an empty folder and a missing one are three different troubles' codes`()
        async throws
    {
        let folder = TemporaryFolder("scene")
        #expect(try await fault(FaceData.scanner(FolderFrameSource(folder: folder.path)))?.code == .faceNoCamera)
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder.file("a.jpg")))
        #expect(try await fault(FaceData.scanner(FolderFrameSource(folder: folder.path)))?.code == .faceFrameCorrupt)
        let missing = FaceData.scanner(FolderFrameSource(folder: folder.file("none")))
        #expect(try await fault(missing)?.code == .faceNoCamera)
        #expect(await missing.status().state == .missing)
    }

    @Test func `templates of another model, of another version, damaged or none are refused`() async throws {
        let good = try #require(try await FaceData.enrol(["person-a-1"]).first)
        let other = String(repeating: "0", count: 64)
        var notANumber = good.embedding
        notANumber[3] = .nan
        let bad: [[FaceTemplate]] = [
            [], [FaceTemplate(embedding: good.embedding, model: other, version: 1)],
            [good, FaceTemplate(embedding: good.embedding, model: good.model, version: 2)],
            [FaceTemplate(embedding: Array(good.embedding.dropLast()), model: good.model, version: 1)],
            [FaceTemplate(embedding: good.embedding.map { $0 * 2 }, model: good.model, version: 1)],
            [FaceTemplate(embedding: notANumber, model: good.model, version: 1)],
            [good, FaceTemplate(embedding: good.embedding.map { -$0 }, model: good.model, version: 1)],
        ]
        for templates in bad {
            let scanner = try FaceData.scanner(showing: ["person-a-1"])
            #expect(try await fault(scanner, templates)?.code == .faceNotEnrolled)
        }
    }

    @Test func `a cancelled scan ends`() async throws {
        let folder = TemporaryFolder("scene")
        for index in 0..<500 { try folder.link("\(index).jpg", to: FaceData.faces + "/live-1.jpg") }
        var policy = ScanPolicy.production
        policy.frames = 1000
        let scanner = FaceData.scanner(FolderFrameSource(folder: folder.path), policy: policy)
        let templates = try await FaceData.enrol(["live-1"])
        let scan = Task { try await scanner.verify(FaceData.request(templates, timeLimit: 60)) }
        scan.cancel()
        await #expect(throws: Fault.self) { _ = try await scan.value }
    }
}

extension FaultCode {
    fileprivate var isAboutThePicture: Bool { self == .faceTimeout || self == .faceNotSeen }
}
