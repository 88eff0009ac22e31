import Foundation
import KioskLab
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

/// kioskd itself and the emulated controller, killed in turn in the middle of dispenses: the real programs, the real
/// firmware image, and between them USB/IP.
@Suite(.serialized, .enabled(if: BoardFirmware.isPossible)) struct CabinetKillTests {
    private static let seed: UInt64 = 20_261_126

    /// One box of M002 for every visit.
    private static let draft = PrescriptionDraft(
        diagnosis: Walkthrough.draft.diagnosis, lines: [Walkthrough.draft.lines[0]])

    /// KIOSK_KILLS sets how often; 10 in the test run, 200 in the long form.
    @Test(.timeLimit(.minutes(60)))
    func `wherever kioskd or its cabinet's controller is killed, each visit gets its one box`() async throws {
        let kills = Int(ProcessInfo.processInfo.environment["KIOSK_KILLS"] ?? "") ?? 10
        var generator = SeededGenerator(seed: Self.seed)
        var tally = Tally()
        let kiosk = LiveKiosk(firmware: BoardFirmware.image)
        do {
            try Provisioning.prepare(kiosk.folder)
            try Self.fillBooks(kiosk.folder, boxes: kills + 5)
            try await kiosk.stack.start()
            for slot in [12, 13] { try await kiosk.control.say("fill slot \(slot) \(kills)") }
            for kill in 0..<kills {
                let delay = Duration.milliseconds(Int.random(in: 0...900, using: &generator))
                try await Self.oneVisit(kiosk, kill: kill, after: delay, &tally)
            }
            await kiosk.stack.stop()
        } catch {
            print("cabinet kills: \(tally.description), then \(error)")
            await kiosk.stack.stop()
            throw error
        }
        print("cabinet kills: \(kills) of kioskd and the controller in turn: \(tally.description)")
        #expect(tally.wrong == 0, "seed \(Self.seed)")
    }

    private static func oneVisit(
        _ kiosk: LiveKiosk, kill: Int, after delay: Duration, _ tally: inout Tally
    ) async throws {
        let before = try await kiosk.boxes()
        try await kiosk.signIn()
        let visit = try await kiosk.openVisit()
        try await kiosk.client.prescribe(visit, draft)
        try await kiosk.client.sign(visit, pin: Secret(LabDoctor.pin))
        let dispensing = Task { try? await kiosk.client.dispense(visit) }
        // A third of the deaths meet what comes before the order, the rest the turn and its end.
        if kill % 3 != 0 { try await expectEventually { try await !kiosk.client.visit(visit).dispense.isEmpty } }
        try await Task.sleep(for: delay)
        if kill.isMultiple(of: 2) {
            await kiosk.stack.kill(.daemon)
            _ = await dispensing.value
            try await kiosk.stack.start(.daemon)
        } else {
            try await kiosk.control.say("switch cabinet on")
            _ = await dispensing.value
        }
        try await settle(kiosk, visit, boxesBefore: before, &tally)
        // The books and the tray agree: one box for the visit.
        let fallen = try await kiosk.boxes() - before
        if fallen != 1 { tally.wrong += 1 }
        try await kiosk.client.print(visit)
        try await kiosk.control.say("remove card")
        try await kiosk.control.say("remove doctor card")
        try await expectEventually { try await kiosk.client.status().visit == nil }
    }

    /// What the kiosk and its staff do until the visit has its box.
    private static func settle(
        _ kiosk: LiveKiosk, _ visit: VisitID, boxesBefore: Int, _ tally: inout Tally
    ) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            let view = try await kiosk.client.visit(visit)
            if view.state == .dispensed { return tally.note(view) }
            if view.state == .needsPerson, let row = view.dispense.last(where: { $0.state != "intended" }) {
                // A person looks into the tray.
                let fell = try await kiosk.boxes() > boxesBefore
                if row.state == "done" || row.state == "not-started" { tally.wrong += 1 }
                _ = try? await kiosk.client.resolve(visit, transaction: row.transaction, dropped: fell, by: "T-7")
                _ = try await kiosk.control.say("clear slot \(row.slot)")
            }
            _ = try? await kiosk.client.dispense(visit)
            try await Task.sleep(for: .milliseconds(100))
        }
        throw LabError("visit \(visit) did not get its box in 60 s")
    }

    /// More boxes in the books than the demonstration has.
    private static func fillBooks(_ folder: LabFolder, boxes: Int) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.formulary))
        guard var formulary = try JSONSerialization.jsonObject(with: data) as? [String: Any],
            var medicines = formulary["medicines"] as? [[String: Any]]
        else { throw LabError("the formulary is not what it was") }
        for index in medicines.indices where medicines[index]["code"] as? String == "M002" {
            guard var slots = medicines[index]["slots"] as? [[String: Any]] else { continue }
            for slot in slots.indices {
                slots[slot]["boxes"] = boxes
                slots[slot]["traces"] = nil
            }
            medicines[index]["slots"] = slots
        }
        formulary["medicines"] = medicines
        try JSONSerialization.data(withJSONObject: formulary).write(to: URL(fileURLWithPath: folder.formulary))
    }
}

/// The cabinet's firmware for the emulated board.
enum BoardFirmware {
    /// Where `script/firmware build mps2-an386` puts it.
    static let image = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "../../Firmware/Dispenser/.build-mps2-an386/mps2-an386.elf"
    ).standardized.path

    static let isPossible: Bool = {
        let isThere = BoardDispenser.emulatorPath != nil && FileManager.default.isReadableFile(atPath: image)
        if !isThere { print("cabinet kill tests skipped: no qemu-system-arm, or no image (script/firmware build)") }
        return isThere
    }()
}

/// What a series of kills came to.
private struct Tally: CustomStringConvertible {
    private var outcomes: [String: Int] = [:]
    /// Visits with another number of boxes than one, or an outcome that asks for a person although it is certain.
    var wrong = 0

    mutating func note(_ view: VisitView) {
        for row in view.dispense { outcomes[row.state, default: 0] += 1 }
    }

    var description: String {
        "\(wrong) wrong; orders ended as " + outcomes.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
    }
}
