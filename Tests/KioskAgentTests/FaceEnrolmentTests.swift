import Foundation
import KioskLab
import KioskModel
import KioskStore
import KioskTestSupport
import Testing

@testable import KioskAgent

/// Who may be enrolled, by whom, and how templates go.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: Faces.areHere, Comment(rawValue: Faces.absent)))
struct FaceEnrolmentTests {
    private func withKiosk(_ body: @Sendable (AgentRig, FaceService, AgentLife) async throws -> Void) async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let service = try FaceService(rig)
        try service.show("person-a-1", "person-a-2")
        try await rig.withAgent(port: port) { life in try await body(rig, service, life) }
        service.stop()
        await rig.server.stop()
    }

    @Test func `enrolment takes the doctor's card with its PIN and names the second person`() async throws {
        try await withKiosk { rig, _, life in
            await expectFault(.doctorCardAbsent) { try await life.enrol() }
            rig.doctorReader.insert(try LabDoctor.card(rig.folder))
            await expectFault(.doctorPINWrong) { try await life.enrol(pin: "000000") }
            #expect(try await life.agent.faces().faces.isEmpty)
            try await life.enrol()
            let face = try #require(try await life.agent.faces().faces.first)
            #expect(face.doctor == LabDoctor.id)
            #expect(face.templates == 2)
            #expect(face.by == FaceWitness(name: "witness", user: 1000))
            // The card was unlocked for the enrolment alone.
            await expectFault(.doctorNoSession) { _ = try await life.agent.signOut(token: life.token()) }
        }
    }

    @Test func `another doctor's card enrols nobody, and ends the session of whoever was signed in`() async throws {
        try await withKiosk { _, _, life in
            try await life.signIn()
            await expectFault(.doctorCertificateMismatch) { try await life.enrol("D-0002") }
            #expect(try await life.agent.status().doctor == nil)
            #expect(try await life.agent.faces().faces.isEmpty)
        }
    }

    @Test func `one good picture is too few, two persons are too many`() async throws {
        try await withKiosk { _, service, life in
            try await life.signIn()
            try service.show("person-a-1")
            await expectFault(.faceTimeout) { try await life.enrol() }
            try service.show("person-a-1", "person-b-1")
            await expectFault(.faceSeveral) { try await life.enrol() }
            #expect(try await life.agent.faces().faces.isEmpty)
        }
    }

    @Test func `after an enrolment, whatever came of it, people are asked for what was to be done before`()
        async throws
    {
        try await withKiosk { _, service, life in
            try await life.signIn()
            try await life.enrol()
            #expect(try await life.agent.status().prompt?.code == Prompt.insertCard.rawValue)
            _ = try await life.openVisit()
            try await life.enrol()
            #expect(try await life.agent.status().prompt?.code == Prompt.seeDoctor.rawValue)
            try service.show("person-a-1")
            await expectFault(.faceTimeout) { try await life.enrol() }
            #expect(try await life.agent.status().prompt?.code == Prompt.seeDoctor.rawValue)
        }
    }

    @Test func `a face that is enrolled for another doctor is refused`() async throws {
        try await withKiosk { _, _, life in
            try await life.signIn()
            try await life.enrol()
            let own = try #require(try await FaceReader(store: life.store).enrolment(LabDoctor.id))
            var change = StoreChange()
            let other = FaceEnrolment(
                doctor: "D-0002", model: own.model, version: own.version, templates: own.templates, at: own.at,
                by: own.by)
            let templates = try await FaceReader(store: life.store).templates(of: own)
            try AgentChange.with {
                $0.enrolment = other
                $0.templates = [
                    EnrolledFace(doctor: "D-0002", model: own.model, version: own.version, templates: templates)
                ]
            }.putFaces(in: &change)
            try await life.store.commit(change)
            await expectFault(.faceOfAnotherDoctor) { try await life.enrol() }
        }
    }

    @Test func `templates of another doctor in this one's place are not compared; damage is told, the PIN signs`()
        async throws
    {
        try await withKiosk { _, service, life in
            try await life.signIn()
            try await life.enrol()
            let own = try #require(try await FaceReader(store: life.store).enrolment(LabDoctor.id))
            let templates = try await FaceReader(store: life.store).templates(of: own)
            let moved = EnrolledFace(doctor: "D-0002", model: own.model, version: own.version, templates: templates)
            var change = StoreChange()
            try change.put(moved, kind: .faceTemplates, id: own.templatesID, state: "enrolled")
            try await life.store.commit(change)
            try service.show("person-a-3")
            let visit = try await life.prescribedVisit()
            await expectFault(.faceNotEnrolled) { _ = try await life.sign(visit) }
            _ = try await life.sign(visit, pin: Secret(LabDoctor.pin))
        }
    }

    @Test func `a deletion leaves a proof, the PIN, and nothing to compare; asked again it proves again`() async throws
    {
        try await withKiosk { _, service, life in
            try await life.signIn()
            await expectFault(.apiNotFound) { _ = try await life.deleteFace() }
            try await life.enrol()
            let proof = try await life.deleteFace()
            #expect(proof.templates == 2)
            #expect(proof.isScrubbed)
            #expect(proof.link > 0)
            #expect(proof.hash.count == 64)
            let links = try await life.store.verifyAudit()
            #expect(links.firstBreak == nil)
            #expect(try await life.agent.faces().faces.isEmpty)
            try service.show("person-a-3")
            let visit = try await life.prescribedVisit()
            await expectFault(.faceNotEnrolled) { _ = try await life.sign(visit) }
            _ = try await life.sign(visit, pin: Secret(LabDoctor.pin))
            #expect(try await life.deleteFace().templates == 0)
        }
    }

    @Test func `the quality tells what the camera sees and how it could see better`() async throws {
        try await withKiosk { _, service, life in
            try service.show("person-a-1")
            let good = try await life.agent.faceQuality()
            #expect(good.good == 1)
            #expect(good.prompt == nil)
            #expect(Set(good.measures.map(\.name)) == Set(FaceQuality.Measure.Name.allCases))
            let unfit = good.measures.filter { !$0.isGood }
            #expect(unfit.isEmpty, "\(unfit)")
            try service.show()
            let dark = try await life.agent.faceQuality()
            #expect(dark.good == 0)
            #expect(dark.prompt?.code == Prompt.lookAtCamera.rawValue)
        }
    }
}

extension AgentLife {
    func enrol(_ doctor: DoctorID = LabDoctor.id, pin: String = LabDoctor.pin) async throws {
        _ = try await agent.enrolFace(
            doctor, pin: Secret(pin), by: FaceWitness(name: "witness", user: 1000), token: token())
    }

    func deleteFace() async throws -> FaceDeletion {
        let reply = try await agent.deleteFace(
            LabDoctor.id, by: FaceWitness(name: "witness", user: 1000), token: token())
        return try JSONDecoder().decode(FaceDeletion.self, from: Data(reply.body))
    }

    /// A visit up to its prescription; the doctor is signed in.
    func prescribedVisit(_ card: String = "zhang-wei") async throws -> VisitID {
        let visit = try await openVisit(card)
        _ = try await agent.prescribe(visit, AgentRig.draft, token: token())
        return visit
    }

    /// The doctor writes; gives the prescription's id.
    func prescribe(_ visit: VisitID) async throws -> PrescriptionID {
        let reply = try await agent.prescribe(visit, AgentRig.draft, token: token())
        let view = try JSONDecoder().decode(VisitView.self, from: Data(reply.body))
        guard let id = view.prescription else { throw LabError("the answer names no prescription") }
        return id
    }

    @discardableResult
    func sign(_ visit: VisitID, pin: Secret<String>? = nil) async throws -> StoredReply {
        try await agent.sign(visit, prescription: nil, pin: pin, token: token())
    }
}
