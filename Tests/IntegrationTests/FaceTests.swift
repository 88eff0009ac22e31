import Foundation
import KioskAPIClient
import KioskLab
import KioskModel
import KioskTestSupport
import Testing

/// The doctor's face through kiosk-visiond, as a doctor meets it.
@Suite(.serialized) struct FaceTests {
    private func enrolled(_ kiosk: LiveKiosk) async throws -> VisitID {
        let visit = try await kiosk.prescribedVisit()
        try await kiosk.control.say(
            "show \(Faces.photograph("person-a-1.jpg")) \(Faces.photograph("person-a-2.jpg"))")
        try await kiosk.client.enrolFace()
        return visit
    }

    @Test(.timeLimit(.minutes(2)), .enabled(if: Faces.areHere, "needs KIOSK_FACES and KIOSK_MODELS"))
    func `another face refuses the signature, the PIN does not override it, the doctor's own face signs`() async throws
    {
        try await LiveKiosk.run(models: Faces.models) { kiosk in
            let visit = try await enrolled(kiosk)
            try await kiosk.control.say("show \(Faces.photograph("person-b-1.jpg"))")
            await kiosk.expectProblem("K-FAC-007") { try await kiosk.client.sign(visit) }
            await kiosk.expectProblem("K-FAC-007") { try await kiosk.client.sign(visit, pin: Secret(LabDoctor.pin)) }
            #expect(try await kiosk.client.visit(visit).state == .prescribed)
            try await kiosk.control.say("show \(Faces.photograph("person-a-3.jpg"))")
            let signed = try await kiosk.client.sign(visit)
            #expect(signed.signedBy == "face")
            #expect(signed.simulated.contains("camera"))
        }
    }

    @Test(.timeLimit(.minutes(2)), .enabled(if: Faces.areHere, "needs KIOSK_FACES and KIOSK_MODELS"))
    func `a corrupt picture is a fault with its code, and the PIN way signs`() async throws {
        try await LiveKiosk.run(models: Faces.models) { kiosk in
            let visit = try await enrolled(kiosk)
            let broken = kiosk.folder.file("broken.jpg")
            try Data([0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 0x41, count: 5000)).write(
                to: URL(fileURLWithPath: broken))
            try await kiosk.control.say("show \(broken)")
            await kiosk.expectProblem("K-FAC-011") { try await kiosk.client.sign(visit) }
            #expect(try await kiosk.client.sign(visit, pin: Secret(LabDoctor.pin)).signedBy == "pin")
        }
    }

    @Test(.timeLimit(.minutes(2)), .enabled(if: Faces.areHere, "needs KIOSK_FACES and KIOSK_MODELS"))
    func `a face service that is killed costs the scan, not the visit`() async throws {
        try await LiveKiosk.run(models: Faces.models) { kiosk in
            let visit = try await enrolled(kiosk)
            await kiosk.stack.kill(.vision)
            await kiosk.expectProblem("K-FAC-001") { try await kiosk.client.sign(visit) }
            #expect(try await kiosk.client.sign(visit, pin: Secret(LabDoctor.pin)).signedBy == "pin")
        }
    }
}
