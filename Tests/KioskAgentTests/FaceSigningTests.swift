import Foundation
import KioskAgent
import KioskLab
import KioskModel
import KioskStore
import KioskTestSupport
import Testing

/// The ladder of refusals, and what the PIN may do in between: through the agent, with real models.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: Faces.areHere, Comment(rawValue: Faces.absent)))
struct FaceSigningTests {
    private static let pin = Secret(LabDoctor.pin)

    /// A kiosk whose doctor is enrolled and signed in, with a clock that the test moves.
    private func withEnrolled(
        _ body: @Sendable (AgentRig, UInt16, FaceService, TestClock, AgentLife) async throws -> Void
    ) async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let service = try FaceService(rig)
        let clock = TestClock(wall: Int64(Date().timeIntervalSince1970 * 1000))
        try await rig.withAgent(port: port, clock: clock) { life in
            try await life.signIn()
            try service.show("person-a-1", "person-a-2")
            try await life.enrol()
            try await body(rig, port, service, clock, life)
        }
        service.stop()
        await rig.server.stop()
    }

    private func prescription(_ visit: VisitID, _ life: AgentLife) async throws -> Prescription {
        let id = try #require(try await life.agent.visit(visit).prescription)
        return try #require(try await life.store.fetch(Prescription.self, kind: .prescription, id: id))
    }

    @Test func `five refusals close the face for 30 s, the sixth until the PIN; the signature tells of them`()
        async throws
    {
        try await withEnrolled { rig, _, service, clock, life in
            let visit = try await life.prescribedVisit()
            try service.show("person-b-1")
            for _ in 0..<4 {
                await expectFault(.faceMismatch) { _ = try await life.sign(visit) }
            }
            // The PIN does not override a refusal, and the fifth is one too.
            await expectFault(.faceMismatch) { _ = try await life.sign(visit, pin: Self.pin) }
            await expectFault(.faceLocked) { _ = try await life.sign(visit) }
            clock.advance(by: .seconds(31))
            await expectFault(.faceMismatch) { _ = try await life.sign(visit) }
            clock.advance(by: .seconds(3600))
            try service.show("person-a-3")
            await expectFault(.faceLocked) { _ = try await life.sign(visit) }
            #expect(try await life.agent.status().visit?.prompt?.code == Prompt.doctorPIN.rawValue)
            _ = try await life.sign(visit, pin: Self.pin)
            let evidence = try #require(try await prescription(visit, life).evidence)
            #expect(evidence.method == .pin)
            #expect(evidence.faceUnavailable == .faceLocked)
            #expect(evidence.refusalsBefore == 6)
        }
    }

    @Test func `after the PIN the doctor's own face signs again`() async throws {
        try await withEnrolled { rig, _, service, clock, life in
            let visit = try await life.prescribedVisit()
            try service.show("person-b-1")
            for _ in 0..<5 { await expectFault(.faceMismatch) { _ = try await life.sign(visit) } }
            _ = try await life.sign(visit, pin: Self.pin)
            _ = try await life.agent.abort(visit, token: life.token())
            rig.reader.removeCard()
            try service.show("person-a-3")
            let next = try await life.prescribedVisit("wang-fang")
            _ = try await life.sign(next)
            let evidence = try #require(try await prescription(next, life).evidence)
            #expect(evidence.method == .face)
            #expect(evidence.face?.verdict == .verified)
        }
    }

    @Test func `who was refused does not reach the PIN by covering the camera, but by the ladder alone`() async throws {
        try await withEnrolled { _, _, service, _, life in
            let visit = try await life.prescribedVisit()
            // Nobody was refused yet: a covered camera is no verdict and opens the PIN way.
            try service.show()
            await expectFault(.faceNotSeen) { _ = try await life.sign(visit) }
            // A refusal closes it again.
            try service.show("person-b-1")
            await expectFault(.faceMismatch) { _ = try await life.sign(visit) }
            try service.show()
            for _ in 0..<4 {
                await expectFault(.faceRefusedBefore) { _ = try await life.sign(visit, pin: Self.pin) }
            }
            #expect(try await life.state(of: visit) == .prescribed)
            _ = try await life.sign(visit, pin: Self.pin)
            #expect(try await prescription(visit, life).evidence?.refusalsBefore == 5)
        }
    }

    @Test func `two in the picture count on the ladder: they reach the PIN at last, and a refused face no sooner`()
        async throws
    {
        try await withEnrolled { _, _, service, _, life in
            let visit = try await life.prescribedVisit()
            try service.show("person-b-1")
            for _ in 0..<2 { await expectFault(.faceMismatch) { _ = try await life.sign(visit) } }
            try service.show("two-people")
            for _ in 0..<3 { await expectFault(.faceSeveral) { _ = try await life.sign(visit, pin: Self.pin) } }
            #expect(try await life.state(of: visit) == .prescribed)
            _ = try await life.sign(visit, pin: Self.pin)
            let evidence = try #require(try await prescription(visit, life).evidence)
            #expect(evidence.faceUnavailable == .faceLocked)
            #expect(evidence.refusalsBefore == 5)
        }
    }

    @Test func `the PIN way that one doctor's prescription opened is closed to another doctor's`() async throws {
        let elsewhere = TemporaryFolder("elsewhere")
        let other = LabFolder(path: elsewhere.path)
        try Provisioning.prepare(other)
        try await withEnrolled { rig, _, service, _, life in
            try LabRegistry.issue(
                [LabDoctor.record(rig.folder), LabDoctor.record(other, id: "D-0002")], sequence: 2, in: rig.folder)
            try service.show("person-b-1")
            let visit = try await life.prescribedVisit()
            await expectFault(.faceMismatch) { _ = try await life.sign(visit) }
            // Nobody's face is known of this one: no verdict, and the way is open for what they wrote.
            try await life.signIn(from: other)
            _ = try await life.prescribe(visit)
            await expectFault(.faceNotEnrolled) { _ = try await life.sign(visit) }
            #expect(try await life.agent.status().prompt?.code == Prompt.doctorPIN.rawValue)

            try await life.signIn()
            _ = try await life.prescribe(visit)
            #expect(try await life.agent.status().prompt?.code == Prompt.lookAtCamera.rawValue)
            await expectFault(.faceMismatch) { _ = try await life.sign(visit, pin: Self.pin) }
            #expect(try await life.state(of: visit) == .prescribed)
        }
    }

    @Test func `the PIN way is for the prescription that the face was asked for, not for one written since`()
        async throws
    {
        try await withEnrolled { _, _, service, _, life in
            let visit = try await life.prescribedVisit()
            try service.show()
            await expectFault(.faceNotSeen) { _ = try await life.sign(visit) }
            try service.show("person-b-1")
            _ = try await life.prescribe(visit)
            await expectFault(.faceMismatch) { _ = try await life.sign(visit, pin: Self.pin) }
            #expect(try await life.state(of: visit) == .prescribed)
        }
    }

    @Test func `a restart forgets no refusal and no lock, and asks for card and PIN first`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let service = try FaceService(rig)
        let visit = try await rig.withAgent(port: port) { life in
            try await life.signIn()
            try service.show("person-a-1", "person-a-2")
            try await life.enrol()
            let visit = try await life.prescribedVisit()
            try service.show("person-b-1")
            for _ in 0..<5 { await expectFault(.faceMismatch) { _ = try await life.sign(visit) } }
            return visit
        }
        try service.show("person-a-3")
        try await rig.withAgent(port: port) { life in
            await expectFault(.doctorNoSession) { _ = try await life.sign(visit) }
            _ = try await life.agent.signIn(pin: Self.pin, token: life.token())
            await expectFault(.faceLocked) { _ = try await life.sign(visit) }
            _ = try await life.sign(visit, pin: Self.pin)
        }
        service.stop()
        await rig.server.stop()
    }

    @Test func `48 h after the PIN was entered it is needed again`() async throws {
        try await withEnrolled { _, _, service, clock, life in
            let visit = try await life.prescribedVisit()
            try service.show("person-a-3")
            clock.advance(by: .seconds(48 * 3600 + 60))
            await expectFault(.faceLocked) { _ = try await life.sign(visit) }
            _ = try await life.sign(visit, pin: Self.pin)
        }
    }

    @Test func `a policy that is not signed leaves the PIN`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, facePolicy: .failure(Fault(.facePolicyUnsigned))) { life in
            try await life.signIn()
            let visit = try await life.prescribedVisit()
            await expectFault(.facePolicyUnsigned) { _ = try await life.sign(visit) }
            _ = try await life.sign(visit, pin: Self.pin)
        }
        await rig.server.stop()
    }

    @Test func `a verdict of other models than the signed ones is none`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let service = try FaceService(rig)
        let policy = FacePolicy(threshold: 0.49, models: [String(repeating: "0", count: 64)])
        try await rig.withAgent(port: port, facePolicy: .success(policy)) { life in
            try await life.signIn()
            try service.show("person-a-1", "person-a-2")
            try await life.enrol()
            let visit = try await life.prescribedVisit()
            try service.show("person-a-3")
            await expectFault(.faceModelTampered) { _ = try await life.sign(visit) }
            _ = try await life.sign(visit, pin: Self.pin)
        }
        service.stop()
        await rig.server.stop()
    }
}
