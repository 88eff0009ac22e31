import Foundation
import KioskLab
import KioskModel
import KioskTestSupport
import Testing

/// `kioskctl cabinet firmware` against the firmware image itself: the real programs, the image in QEMU, files as
/// `script/firmware pack` makes them.
@Suite(.serialized, .enabled(if: BoardFirmware.isPossible)) struct CabinetFirmwareTests {
    /// An update of the image, made by the program that script/firmware runs.
    private static func pack(
        _ version: String, in kiosk: LiveKiosk, as name: String? = nil, key: String? = nil
    ) async throws -> String {
        let file = kiosk.folder.file("\(name ?? version).kfw")
        let outcome = try await Programs.run(
            "kiosk-lab",
            ["firmware", "pack", BoardFirmware.image, "--board", "mps2-an386", "--version", version]
                + (key.map { ["--key", $0] } ?? []) + [file])
        #expect(outcome.code == 0, "\(outcome.output)\(outcome.error)")
        return file
    }

    private static func write(_ bytes: Data, _ name: String, in kiosk: LiveKiosk) throws -> String {
        let file = kiosk.folder.file(name)
        try bytes.write(to: URL(fileURLWithPath: file))
        return file
    }

    /// The emulated board checks a signature for some seconds, and longer beside other work.
    private static func update(_ file: String, by kiosk: LiveKiosk) async throws -> ProgramOutcome {
        try await kiosk.kioskctl(["cabinet", "firmware", "update", file, "--by", "T-7"], within: 170)
    }

    /// Expects that the update is refused with this code and these words, and that its exit code says so.
    private static func expectRefused(
        _ file: String, _ code: String, _ words: String, by kiosk: LiveKiosk,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await update(file, by: kiosk)
        #expect(outcome.code == 2, "\(outcome.output)\(outcome.error)", sourceLocation: sourceLocation)
        // As one line: where it wraps depends on the width.
        let told = outcome.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(told.contains(code) && told.contains(words), "\(outcome.error)", sourceLocation: sourceLocation)
    }

    @Test(.timeLimit(.minutes(8)))
    func `a newer signed image is installed, confirmed and reported; every other one is refused with its reason`()
        async throws
    {
        try await LiveKiosk.run(firmware: BoardFirmware.image) { kiosk in
            let before = try await kiosk.kioskctl(["cabinet", "firmware", "status"])
            #expect(before.code == 0, "\(before.output)\(before.error)")
            #expect(before.output.contains("0.4.0") && before.output.contains("mps2-an386"))
            #expect(before.output.contains("the laboratory's: not for patients"))

            let newer = try await Self.pack("0.5.0", in: kiosk)
            let began = ContinuousClock.now
            let update = try await Self.update(newer, by: kiosk)
            print("firmware: kioskctl's update of the emulated board took \(ContinuousClock.now - began)")
            #expect(update.code == 0, "\(update.output)\(update.error)")
            #expect(update.output.contains("0.5.0") && update.output.contains("0.4.0"))
            try await Self.expectRunning("0.5.0", standby: "0.4.0", kiosk)

            try await Self.expectRefused(
                try await Self.pack("0.4.5", in: kiosk), "K-DSP-019", "not newer", by: kiosk)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: try await Self.pack("0.6.0", in: kiosk)))
            try await Self.expectRefused(
                try Self.write(bytes.dropLast(), "cut.kfw", in: kiosk), "K-DSP-019", "cut off", by: kiosk)
            try await Self.expectRefused(
                try Self.write(Data("PK".utf8), "none.kfw", in: kiosk), "K-DSP-019", "no firmware image", by: kiosk)
            let strange = try Self.write(Data(repeating: 7, count: 32), "stranger.key", in: kiosk)
            try await Self.expectRefused(
                try await Self.pack("0.6.0", in: kiosk, as: "stranger", key: strange), "K-DSP-019",
                "signature is not good", by: kiosk)
            let missing = try await kiosk.kioskctl(["cabinet", "firmware", "update", "/nowhere", "--by", "T-7"])
            #expect(missing.code == 64 && missing.error.contains("can't be read"), "\(missing.error)")

            let visit = try await kiosk.prescribedVisit()
            try await Self.expectRefused(
                try await Self.pack("0.7.0", in: kiosk), "K-DSP-016", "a visit is open", by: kiosk)
            // What was refused for its signature had taken the other bank.
            try await Self.expectRunning("0.5.0", standby: nil, kiosk)
            try await kiosk.client.sign(visit, pin: Secret(LabDoctor.pin))
            _ = try await kiosk.client.dispense(visit)
            #expect(try await kiosk.boxes() == 2)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a slot that does not exist is not found, with exit code 3; one that does is turned home`() async throws {
        try await LiveKiosk.run { kiosk in
            let none = try await kiosk.kioskctl(["cabinet", "home", "250", "--by", "T-7"])
            #expect(none.code == 3, "\(none.output)\(none.error)")
            #expect(none.error.contains("K-API-002") && none.error.contains("slot 250"), "\(none.error)")
            let one = try await kiosk.kioskctl(["cabinet", "home", "12", "--by", "T-7"])
            #expect(one.code == 0, "\(one.output)\(one.error)")
        }
    }

    private static func expectRunning(_ version: String, standby: String?, _ kiosk: LiveKiosk) async throws {
        let status = try await kiosk.kioskctl(["cabinet", "firmware", "status", "--json"])
        #expect(status.code == 0, "\(status.output)\(status.error)")
        let firmware = try JSONDecoder().decode(CabinetFirmware.self, from: Data(status.output.utf8))
        #expect(firmware.version == version && !firmware.onTrial && firmware.abandoned == nil)
        #expect(firmware.standby == standby)
    }
}
