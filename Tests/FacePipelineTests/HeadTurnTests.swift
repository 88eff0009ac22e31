import CameraCapture
import Foundation
import KioskModel
import KioskTestSupport
import Testing

@testable import FacePipeline

/// The head turn on synthetic pictures (a photograph on a coarse head): no error rates are claimed from them.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: FaceData.isThere, FaceData.absent))
struct HeadTurnTests {
    private static let photo = "live-1"

    private func head() throws -> RenderedHead {
        let photo = try FaceData.frame(Self.photo)
        let engine = try FaceEngine(ModelStore(folder: FaceData.models))
        return RenderedHead(photo, face: try #require(try engine.detect(photo, side: 320, leastScore: 0.8).first))
    }

    private func verify(_ source: PromptedSource) async throws -> FaceEvidence {
        let templates = try await FaceData.enrol([Self.photo])
        return try await FaceData.scanner(source, policy: .production)
            .verify(FaceData.request(templates, timeLimit: 60)) { source.hear($0) }
    }

    @Test func `a head that turns as asked passes, whatever the sides`() async throws {
        let head = try head()
        let source = PromptedSource(.obeys, render: head.turned)
        for _ in 0..<3 {
            let evidence = try await verify(source)
            let challenge = try #require(evidence.challenge)
            #expect(challenge.outcome == .passed, "\(challenge)")
            #expect(evidence.verdict == .verified)
            #expect(challenge.sides.count == 2)
            #expect(challenge.frames.count == 2)
            #expect(challenge.trace.contains { abs($0) >= 0.30 })
            #expect(challenge.trace.count <= FaceChallenge.longestTrace)
        }
    }

    @Test func `a flat photograph tilted the same way fails`() async throws {
        let head = try head()
        let evidence = try await verify(PromptedSource(.obeys, render: head.flat))
        #expect(evidence.verdict == .refused)
        #expect(evidence.reason == .faceLiveness)
        let challenge = try #require(evidence.challenge)
        #expect(challenge.outcome == .notTurned)
        #expect(challenge.trace.allSatisfy { abs($0) < 0.30 })
        #expect(try #require(evidence.score) > 0.9)
    }

    @Test func `a still head, the wrong side, another face and nobody fail, each by its name`() async throws {
        let head = try head()
        let other = try FaceData.frame("person-b-1").shrunk(2)
        let cases: [(PromptedSource.Behaviour, Set<FaceChallenge.Outcome>)] = [
            (.staysStill, [.notTurned]), (.mirrors, [.wrongSide]), (.leaves, [.trackBroken]),
            (.swaps(try #require(other)), [.trackBroken, .anotherFace, .notTurned]),
        ]
        for (behaviour, outcomes) in cases {
            let evidence = try await verify(PromptedSource(behaviour, render: head.turned))
            #expect(evidence.verdict == .refused)
            #expect(evidence.reason == .faceLiveness)
            #expect(outcomes.contains(try #require(evidence.challenge).outcome), "\(behaviour)")
        }
    }

    @Test func `who passes by costs no turn; who stays, or hides an exchange, ends it`() async throws {
        let head = try head()
        let several = try FaceData.frame("two-people")
        let other = try #require(try FaceData.frame("person-b-1").shrunk(2))
        let cases: [(PromptedSource.Behaviour, Set<FaceChallenge.Outcome>)] = [
            (.isJoined(several, pictures: 3), [.passed]), (.isJoined(several, pictures: 30), [.trackBroken]),
            (.swapsBehind(several, pictures: 3, other: other), [.trackBroken, .anotherFace, .notTurned]),
        ]
        for (behaviour, outcomes) in cases {
            let evidence = try await verify(PromptedSource(behaviour, render: head.turned))
            #expect(evidence.verdict == (outcomes == [.passed] ? .verified : .refused))
            #expect(outcomes.contains(try #require(evidence.challenge).outcome), "\(evidence)")
        }
    }

    @Test func `who is not verified is not asked to turn`() async throws {
        let head = try head()
        let source = PromptedSource(.obeys, render: head.turned)
        let templates = try await FaceData.enrol(["person-a-1"])
        let evidence = try await FaceData.scanner(source, policy: .production)
            .verify(FaceData.request(templates, timeLimit: 60)) { source.hear($0) }
        #expect(evidence.reason == .faceMismatch)
        #expect(evidence.challenge == nil)
    }
}

struct TurnChallengeTests {
    private let start = ContinuousClock.now
    private func at(_ tenths: Int) -> ContinuousClock.Instant { start + .milliseconds(100) * tenths }

    private func run(_ sides: [FaceChallenge.Side], _ turns: [Double]) -> [TurnChallenge.Step] {
        var challenge = TurnChallenge(rest: 0.4, from: start, policy: .standard, sides: sides)
        return turns.enumerated().map { challenge.note(across: 0.4 + $0.element, taken: at($0.offset)) }
    }

    @Test func `two turns with the way back between them pass`() {
        var challenge = TurnChallenge(rest: 0.4, from: start, policy: .standard, sides: [.left, .right])
        var prompts: [Prompt] = []
        let turns = [0.0, 0.2, 0.35, 0.35, 0.2, 0.1, 0, 0, -0.2, -0.4, -0.4]
        for (index, turn) in turns.enumerated() {
            if prompts.last != challenge.prompt { prompts.append(challenge.prompt) }
            let step = challenge.note(across: 0.4 + turn, taken: at(index))
            #expect(step == .goesOn || step == .turned)
        }
        #expect(challenge.isPassed)
        #expect(prompts == [.turnHeadLeft, .lookAhead, .turnHeadRight])
    }

    @Test func `one far picture among near ones is not a turn`() {
        #expect(run([.left], [0, 0.9, 0, 0, 0.9, 0]).allSatisfy { $0 == .goesOn })
    }

    @Test func `staying turned does not count as the second turn`() {
        let steps = run([.left, .left], [Double](repeating: 0.4, count: 20))
        #expect(steps.filter { $0 == .turned }.count == 1)
    }

    @Test func `a turn that comes late, and one to the other side, fail`() {
        #expect(run([.left], [Double](repeating: 0.1, count: 45)).last == .failed(.notTurned))
        #expect(run([.left], [-0.4, -0.4, -0.4]).last == .failed(.wrongSide))
    }

    @Test func `both sides are asked for, and not always in the same order`() {
        let drawn = Set((0..<200).map { _ in TurnChallenge.randomSides(2) })
        #expect(drawn.count == 4)
    }

    @Test func `points on one line say nothing, and shearing a flat face changes nothing`() throws {
        #expect(NosePosition([(0, 0), (10, 0), (5, 0), (2, 0), (8, 0)]) == nil)
        #expect(NosePosition([(0, 0), (.nan, 0), (5, 0), (2, 0), (8, 0)]) == nil)
        #expect(NosePosition([]) == nil)
        let flat: [(x: Double, y: Double)] = [(0, 0), (60, 0), (33, 35), (12, 70), (50, 70)]
        let sheared = flat.map { (x: 0.6 * $0.x + 0.2 * $0.y + 7, y: 0.1 * $0.x + 1.1 * $0.y - 3) }
        let (a, b) = (try #require(NosePosition(flat)), try #require(NosePosition(sheared)))
        #expect(abs(a.across - b.across) < 1e-9)
        #expect(abs(a.down - b.down) < 1e-9)
    }
}
