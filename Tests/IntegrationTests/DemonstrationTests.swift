import Foundation
import KioskLab
import KioskTestSupport
import Testing

/// `script/run` itself: what it starts is `kiosk-lab run`.
@Suite(.serialized) struct DemonstrationTests {
    private static let names = ["card", "visit", "prescription", "face", "signature", "dispense", "print", "sync"]

    private func demonstrate(_ arguments: [String]) async throws -> WalkthroughReport {
        let folder = TemporaryFolder("demo")
        let outcome = try await Programs.run("kiosk-lab", ["run", "--json", "--folder", folder.path] + arguments)
        #expect(outcome.code == 0, "\(outcome.output)\n\(outcome.error)")
        let report = try JSONDecoder().decode(WalkthroughReport.self, from: Data(outcome.lastLine.utf8))
        #expect(report.verdict == "ok")
        #expect(report.steps.map(\.name) == Self.names)
        #expect(report.outbox == 0)
        #expect(FileManager.default.contents(atPath: report.slipPNG)?.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
        let bundle = String(decoding: FileManager.default.contents(atPath: report.bundle) ?? Data(), as: UTF8.self)
        #expect(bundle.contains(#""resourceType":"Bundle""#))
        #expect(bundle.contains(#""code":"simulated""#))
        #expect(bundle.contains("Provenance"))
        return report
    }

    @Test(.timeLimit(.minutes(2)))
    func `without photographs the visit goes through by card and PIN`() async throws {
        #expect(try await demonstrate([]).face == "not run")
    }

    @Test(.timeLimit(.minutes(2)), .enabled(if: Faces.areHere, "needs KIOSK_FACES and KIOSK_MODELS"))
    func `with photographs and models the doctor signs by face`() async throws {
        let models = try #require(Faces.models)
        let faces = try #require(Faces.photographs)
        #expect(try await demonstrate(["--models", models, "--faces", faces]).face == "verified")
    }
}
