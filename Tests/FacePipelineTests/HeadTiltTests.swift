import CVision
import CameraCapture
import Foundation
import KioskTestSupport
import Testing

@testable import FacePipeline

/// How far a head leans, to either side alike.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: FaceData.isThere, FaceData.absent))
struct HeadTiltTests {
    /// Nothing is to be found in a grey picture: what remains is the line through the two points given.
    @Test(arguments: [0.0, 3, 10, 25, 60])
    func `by the eyes alone a tilt and its mirror image differ in the sign only`(_ degrees: Double) throws {
        let engine = try FaceEngine(ModelStore(folder: FaceData.models))
        let grey = try #require(Frame(width: 320, height: 240, bgr: [UInt8](repeating: 127, count: 320 * 240 * 3)))
        let leaning = try engine.roll(grey, Self.face(leaning: degrees))
        let mirrored = try engine.roll(grey, Self.face(leaning: -degrees))
        #expect(abs(leaning - degrees) < 0.01)
        #expect(leaning == -mirrored)
    }

    /// The photographs' own tilt is taken away first. What lies between 10° and 20° may fall on either side of the gate.
    @Test(arguments: ["person-a-1", "person-a-2", "person-a-3"])
    func `a photograph turned to either side, and its mirror image, measure as they lie`(_ name: String) throws {
        let engine = try FaceEngine(ModelStore(folder: FaceData.models))
        let examiner = FrameExaminer(engine: engine, policy: Self.tiltAlone)
        var photo = try FaceData.frame(name)
        while max(photo.width, photo.height) > 640 { photo = try #require(photo.shrunk(2)) }
        let own = try Self.roll(photo, examiner)
        // Measured from frame to frame, so that no sign is taken for granted.
        let straight = try [own, -own].map { try #require(photo.rolled($0)) }
            .min { abs(try Self.roll($0, examiner)) < abs(try Self.roll($1, examiner)) }
        let upright = try #require(straight)
        #expect(abs(try Self.roll(upright, examiner)) < 5, "\(name) is straight")
        for degrees in [-25.0, -20, -15, -10, 10, 15, 20, 25] {
            let turned = try #require(upright.rolled(degrees))
            for (frame, truth) in [(turned, degrees), (try #require(turned.mirrored()), -degrees)] {
                let measured = try Self.roll(frame, examiner)
                #expect(abs(measured - truth) < 7, "\(name) lies at \(truth), measured \(measured)")
                let sight = try examiner.sight(of: frame)
                switch abs(degrees) {
                case 20...: #expect(Self.isTilted(sight), "\(name) at \(truth), measured \(measured)")
                case ...10: #expect(!Self.isTilted(sight), "\(name) at \(truth), measured \(measured)")
                default: break
                }
            }
        }
    }

    /// The gates of production for the tilt, none else: turned pictures have grey corners and lose sharpness.
    private static let tiltAlone: ScanPolicy = {
        var policy = ScanPolicy.lab
        policy.gates = .off
        policy.gates.mostRoll = QualityGates.standard.mostRoll
        return policy
    }()

    private static func roll(_ frame: Frame, _ examiner: FrameExaminer) throws -> Double {
        let faces = try examiner.engine.detect(frame, side: examiner.policy.detectionSide, leastScore: 0.5)
        return try examiner.engine.roll(frame, #require(faces.first))
    }

    private static func isTilted(_ sight: Sight) -> Bool {
        if case .poor(.tilted, _) = sight { true } else { false }
    }

    /// A face of nothing but its box and points, in the middle of 320 × 240 pixels.
    private static func face(leaning degrees: Double) -> DetectedFace {
        let (x, y) = (20 * cos(degrees * .pi / 180), 20 * sin(degrees * .pi / 180))
        var raw = cvision_face()
        (raw.x, raw.y, raw.width, raw.height) = (120, 70, 80, 100)
        raw.points.0 = Float(160 - x)
        raw.points.1 = Float(110 - y)
        raw.points.2 = Float(160 + x)
        raw.points.3 = Float(110 + y)
        return DetectedFace(raw: raw)
    }
}
