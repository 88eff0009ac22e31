import Foundation
import KioskAPIClient
import KioskCrypto
import KioskLab
import KioskModel
import KioskTestSupport
import Testing
import VisionProtocol

/// The signed list of face models, as kioskd holds it over its restarts.
@Suite(.serialized) struct FaceListTests {
    private let key = EnvelopeSigningKey()

    @Test(.timeLimit(.minutes(2)))
    func `an older list never comes back, not over a restart either; meanwhile the PIN signs`() async throws {
        try await LiveKiosk.run { kiosk in
            let visit = try await kiosk.prescribedVisit()
            try configure(kiosk.folder)
            // Each time: what a signature by face meets. With a list that is taken it is that no face is enrolled.
            let steps: [(sequence: UInt64, code: String)] = [
                (5, "K-FAC-009"), (4, "K-FAC-016"), (5, "K-FAC-009"), (6, "K-FAC-009"), (5, "K-FAC-016"),
            ]
            for (sequence, code) in steps {
                await kiosk.stack.stop(.daemon)
                try write(sequence, in: kiosk.folder)
                try await kiosk.stack.start(.daemon)
                try await expectEventually { try await kiosk.isSignedIn() }
                await kiosk.expectProblem(code) { try await kiosk.client.sign(visit) }
            }
            #expect(try await kiosk.client.sign(visit, pin: Secret(LabDoctor.pin)).signedBy == "pin")
        }
    }

    private func configure(_ folder: LabFolder) throws {
        let text = try String(contentsOfFile: folder.configuration, encoding: .utf8)
        let list = """
            [face]
            model_list = "\(folder.file("models.jws"))"
            model_list_key_file = "\(folder.file("models.pub"))"
            """
        try text.replacing("[face]", with: list).write(
            toFile: folder.configuration, atomically: true, encoding: .utf8)
        try key.publicHex.write(toFile: folder.file("models.pub"), atomically: true, encoding: .utf8)
    }

    private func write(_ sequence: UInt64, in folder: LabFolder) throws {
        let list = FaceModelList(
            list: "faces", sequence: sequence,
            models: [.init(name: "d.onnx", purpose: "detector", sha256: String(repeating: "a", count: 64))],
            threshold: 0.5)
        try Data(list.envelope(signedBy: key)).write(to: URL(filePath: folder.file("models.jws")))
    }
}

extension LiveKiosk {
    /// The doctor's card is in the reader, which may still be being opened.
    fileprivate func isSignedIn() async throws -> Bool {
        (try? await client.signIn(pin: Secret(LabDoctor.pin))) != nil
    }
}
