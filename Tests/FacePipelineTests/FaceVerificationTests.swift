import CameraCapture
import Foundation
import KioskModel
import KioskTestSupport
import Testing

@testable import FacePipeline

/// On photographs: what is accepted, what is refused, and why.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: FaceData.isThere, FaceData.absent))
struct FaceVerificationTests {
    @Test func `the enrolled doctor is verified on another photograph, with complete evidence`() async throws {
        let templates = try await FaceData.enrol(["person-a-1", "person-a-2"])
        #expect(templates.count == 2)
        let request = FaceData.request(templates)
        let evidence = try await FaceData.scanner(showing: ["person-a-3"]).verify(request)
        #expect(evidence.verdict == .verified)
        #expect(evidence.reason == nil)
        #expect(try (0.72...0.95).contains(#require(evidence.score)))
        #expect(try #require(evidence.liveness) > 0.9)
        #expect(evidence.nonce == request.nonce)
        #expect(evidence.doctor == request.doctor)
        #expect(evidence.prescriptionDigest == request.prescriptionDigest)
        let pinned = ModelManifest.standard.files.map { ($0.name, $0.sha256) }
        #expect(evidence.models == Dictionary(uniqueKeysWithValues: pinned))
        #expect(evidence.frames == [FrameExaminer.hash(try FaceData.frame("person-a-3"))])
        #expect(evidence.simulatedCamera)
        #expect(evidence.templateVersion == TemplateSet.version)
    }

    @Test(arguments: ["person-b-1", "person-b-2"])
    func `another person is refused, and a threshold of -1 would have let them in`(_ name: String) async throws {
        let templates = try await FaceData.enrol(["person-a-1", "person-a-2"])
        let scanner = try FaceData.scanner(showing: [name])
        let evidence = try await scanner.verify(FaceData.request(templates))
        #expect(evidence.verdict == .refused)
        #expect(evidence.reason == .faceMismatch)
        #expect(try #require(evidence.score) < 0.15)
        #expect(try await scanner.verify(FaceData.request(templates, threshold: -1)).verdict == .verified)
    }

    @Test func `a threshold of 0 would accept a wrong face: these tests can fail`() async throws {
        let templates = try await FaceData.enrol(["person-a-1", "person-a-2"])
        let evidence = try await FaceData.scanner(showing: ["person-b-2"])
            .verify(FaceData.request(templates, threshold: 0))
        #expect(evidence.verdict == .verified)
    }

    @Test func `two people in the picture are refused`() async throws {
        let templates = try await FaceData.enrol(["person-a-1", "person-a-2"])
        let evidence = try await FaceData.scanner(showing: ["two-people"]).verify(FaceData.request(templates))
        #expect(evidence.verdict == .refused)
        #expect(evidence.reason == .faceSeveral)
        #expect(evidence.score == nil)
        #expect(evidence.frames.count == 1)
    }

    @Test(arguments: ["spoof-1", "spoof-2"])
    func `a picture of a face is refused by liveness alone, with the gates off`(_ name: String) async throws {
        var blind = ScanPolicy.lab
        blind.gates = .off
        blind.leastLiveness = 0
        // Enrolled from the same picture, so that nothing but liveness can refuse it.
        let templates = try await FaceData.enrol([name], policy: blind)
        #expect(
            try await FaceData.scanner(showing: [name], policy: blind).verify(FaceData.request(templates)).verdict
                == .verified)
        var policy = ScanPolicy.lab
        policy.gates = .off
        let evidence = try await FaceData.scanner(showing: [name], policy: policy)
            .verify(FaceData.request(templates))
        #expect(evidence.verdict == .refused)
        #expect(evidence.reason == .faceLiveness)
        #expect(try #require(evidence.liveness) < 0.3)
        #expect(try #require(evidence.score) > 0.99)
    }

    @Test func `a live face passes gates and liveness`() async throws {
        let templates = try await FaceData.enrol(["live-1"])
        let evidence = try await FaceData.scanner(showing: ["live-1"]).verify(FaceData.request(templates))
        #expect(evidence.verdict == .verified)
        #expect(try #require(evidence.liveness) > 0.95)
    }

    @Test func `similarities are those that were measured when the thresholds were set`() async throws {
        func template(_ name: String) async throws -> [Float] {
            try #require(try await FaceData.enrol([name]).first).embedding
        }
        var a: [[Float]] = []
        for name in ["person-a-1", "person-a-2", "person-a-3"] { a.append(try await template(name)) }
        let b = [try await template("person-b-1"), try await template("person-b-2")]
        for (first, second) in [(0, 1), (0, 2), (1, 2)] {
            #expect(try (0.72...0.79).contains(#require(Embedding.similarity(a[first], a[second]))))
        }
        #expect(try (0.6...0.72).contains(#require(Embedding.similarity(b[0], b[1]))))
        for one in a { for other in b { #expect(try #require(Embedding.similarity(one, other)) < 0.12) } }
    }

    @Test func `half a scan by each of two persons does not add up`() async throws {
        var policy = ScanPolicy.lab
        policy.frames = 2
        let templates = try await FaceData.enrol(["person-a-1", "person-a-2"])
        let evidence = try await FaceData.scanner(showing: ["person-a-3", "person-b-1"], policy: policy)
            .verify(FaceData.request(templates, threshold: 0.3))
        #expect(evidence.reason == .faceMismatch)
        #expect(evidence.frames.count == 2)
    }

    @Test func `in production five different pictures over a second decide, fewer do not`() async throws {
        let templates = try await FaceData.enrol(["live-1"])
        let live = try FaceData.frame("live-1")
        var policy = ScanPolicy.production
        policy.challenge = nil
        let five = (1...5).compactMap { live.marked($0) }
        let verified = try await FaceData.scanner(MemoryFrameSource(five), policy: policy)
            .verify(FaceData.request(templates))
        #expect(verified.verdict == .verified)
        #expect(verified.frames.count == 3)
        for tooLittle in [
            MemoryFrameSource(Array(five.prefix(4))),
            MemoryFrameSource(five, spacing: .milliseconds(100)),
            MemoryFrameSource([Frame](repeating: live, count: 20)),
        ] {
            let scanner = FaceData.scanner(tooLittle, policy: policy)
            let fault = await #expect(throws: Fault.self) { try await scanner.verify(FaceData.request(templates)) }
            #expect(fault?.code == .faceTimeout)
        }
    }

    @Test func `enrolment refuses two persons, pictures of faces, and crowds`() async throws {
        for (names, code) in [
            (["person-a-1", "person-b-1"], FaultCode.faceSeveral), (["spoof-2"], .faceLiveness),
            (["two-people"], .faceSeveral),
        ] {
            let fault = await #expect(throws: Fault.self) { try await FaceData.enrol(names) }
            #expect(fault?.code == code)
        }
    }

    @Test func `a folder of photographs and damaged files verifies through the same way as a camera`() async throws {
        let folder = TemporaryFolder("scene")
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder.file("a.jpg")))
        try folder.link("b.jpg", to: FaceData.faces + "/person-a-3.jpg")
        let templates = try await FaceData.enrol(["person-a-1", "person-a-2"])
        let scanner = FaceData.scanner(FolderFrameSource(folder: folder.path))
        let evidence = try await scanner.verify(FaceData.request(templates))
        #expect(evidence.verdict == .verified)
        #expect(evidence.camera == "folder:\(folder.path)")
        #expect(await scanner.status().state == .ready)
    }
}
