import CameraCapture
import Foundation
import KioskCrypto
import KioskLab
import KioskModel
import KioskPlatform
import KioskStore
import KioskTestSupport
import Prescribing
import Testing

@testable import KioskAgent

/// What a production kiosk asks of a face and of a camera; its cards and readers can't be simulated, its faces can.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: Faces.areHere, Comment(rawValue: Faces.absent)))
struct ProductionFaceTests {
    /// A laboratory's kiosk enrols and prescribes; then the same store is a production kiosk's, with this camera.
    private func withPrescribed(
        camera: @escaping (FolderFrameSource) -> any FrameSource,
        _ body: @Sendable (Agent, DoctorSession, Visit, Prescription) async throws -> Void
    ) async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let lab = try FaceService(rig)
        try lab.show("person-a-1", "person-a-2")
        let id = try await rig.withAgent(port: port) { life in
            try await life.signIn()
            try await life.enrol()
            return try await life.prescribedVisit()
        }
        lab.stop()
        let service = try FaceService(rig, camera: camera)
        try service.show("person-a-3")
        try await rig.withAgent(port: port, production: true) { life in
            let certificate = try #require(FileManager.default.contents(atPath: rig.folder.doctorCertificate))
            let session = DoctorSession(
                doctor: try LabDoctor.record(rig.folder), certificate: try CardCertificate(der: Array(certificate)),
                custody: .card, since: SystemClock().stamp())
            let visit = try await life.agent.requireVisit(id)
            let prescription = try await life.agent.requirePrescription(try #require(visit.prescription))
            try await body(life.agent, session, visit, prescription)
        }
        service.stop()
        await rig.server.stop()
    }

    @Test func `a verdict by a simulated camera signs nothing`() async throws {
        try await withPrescribed(camera: { $0 }) { agent, session, visit, prescription in
            let fault = await expectFault(.faceCameraRefused) {
                _ = try await agent.verifyDoctor(session, visit: visit, prescription: prescription, pin: nil)
            }
            #expect(fault?.detail == "simulated camera")
        }
    }

    @Test func `a verdict without a head turn signs nothing`() async throws {
        try await withPrescribed(camera: { UnmarkedCamera(photographs: $0) }) { agent, session, visit, prescription in
            let fault = await expectFault(.faceServiceDown) {
                _ = try await agent.verifyDoctor(session, visit: visit, prescription: prescription, pin: nil)
            }
            #expect(fault?.detail == "no head turn was asked for")
        }
    }

    @Test func `nobody is enrolled from a camera that is found to be simulated once it is open`() async throws {
        let camera = { UnmarkedCamera(photographs: $0, isFoundOut: true) }
        try await withPrescribed(camera: camera) { agent, session, _, _ in
            let witness = FaceWitness(name: "witness", user: 1000)
            let token = IdempotencyToken(key: "k", fingerprint: "f")
            #expect(await agent.devices().contains { $0.role == "camera" && !$0.simulated })
            await expectFault(.faceCameraRefused) {
                _ = try await agent.capture(session.doctor.id, by: witness, answering: token)
            }
            #expect(await agent.devices().contains { $0.role == "camera" && $0.simulated })
        }
    }

    @Test func `two good pictures enrol in a laboratory, not in production`() async throws {
        try await withPrescribed(camera: { UnmarkedCamera(photographs: $0) }) { agent, session, _, _ in
            let witness = FaceWitness(name: "witness", user: 1000)
            let token = IdempotencyToken(key: "k", fingerprint: "f")
            let fault = await expectFault(.faceTimeout) {
                _ = try await agent.capture(session.doctor.id, by: witness, answering: token)
            }
            #expect(fault?.detail.hasSuffix("; 3 are needed") == true)
        }
    }
}
