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
        try await kiosk.client.enrolFace(LabDoctor.id, pin: Secret(LabDoctor.pin), by: "test")
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

    @Test(.timeLimit(.minutes(2)), .enabled(if: Faces.areHere, "needs KIOSK_FACES and KIOSK_MODELS"))
    func `kill -9 in the middle of a scan costs that scan; the service comes back and the doctor signs by face`()
        async throws
    {
        let folder = TemporaryFolder("film")
        let film = folder.file("film.mjpg")
        try Self.write(["person-a-1", "person-a-2"], to: film)
        try await LiveKiosk.run(models: Faces.models, camera: "file:\(film)") { kiosk in
            let visit = try await kiosk.prescribedVisit()
            try await kiosk.client.enrolFace(LabDoctor.id, pin: Secret(LabDoctor.pin), by: "test")
            // Eight seconds of two people who stay: the scan goes on and says so.
            try Self.write([String](repeating: "two-people", count: 200), to: film)
            let events = kiosk.client.events(after: 0)
            let scan = Task { try await kiosk.client.sign(visit) }
            for try await event in events where event.prompt?.code == Prompt.onePersonOnly.rawValue { break }
            await kiosk.stack.kill(.vision)
            await kiosk.expectProblem("K-FAC-001") { _ = try await scan.value }
            #expect(try await kiosk.client.visit(visit).state == .prescribed)
            try Self.write(["person-a-3"], to: film)
            try await kiosk.stack.start(.vision)
            #expect(try await kiosk.client.sign(visit).signedBy == "face")
        }
    }

    /// Photographs laid end to end: a film at 25 pictures a second.
    private static func write(_ names: [String], to path: String) throws {
        let pictures = try names.map { try Data(contentsOf: URL(filePath: Faces.photograph("\($0).jpg"))) }
        try pictures.reduce(Data(), +).write(to: URL(filePath: path))
    }
}
