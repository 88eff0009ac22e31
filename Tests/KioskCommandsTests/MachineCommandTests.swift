import KioskModel
import Testing

@testable import KioskCommands

@Suite struct MachineCommandTests {
    private static func text(_ view: some Presentable, _ language: Language = .en) -> String {
        Renderer(
            Settings(
                socketPath: "", configPath: "", kioskdPath: "", format: .text, language: language,
                utcOffset: { _ in 8 * 3600 })
        ).render(view, from: .daemon)
    }

    @Test func `the firmware is shown with what stands by, and a fallback is a warning with its code`() {
        let firmware = CabinetFirmware(
            version: "0.4.0", board: "stm32f405", onTrial: false, laboratoryKey: false, abandoned: nil, standby: nil)
        #expect(firmware.exitStatus == .ok)
        #expect(Self.text(firmware).contains("0.4.0 · stm32f405"))
        let fallen = CabinetFirmware(
            version: "0.4.0", board: "simulated", onTrial: false, laboratoryKey: true, abandoned: "0.5.0",
            standby: nil)
        #expect(fallen.exitStatus == .warning)
        #expect(Self.text(fallen).contains("0.5.0 · K-DSP-020"))
        #expect(Self.text(fallen, .zh).contains("实验室密钥"))
    }

    @Test func `a homing after which a box must be looked for needs a person`() {
        #expect(HomingView(slot: 3, outcome: .done, fallen: 0, locked: false).exitStatus == .ok)
        #expect(HomingView(slot: 3, outcome: .jam, fallen: 0, locked: false).exitStatus == .fault)
        let fallen = HomingView(slot: 3, outcome: .done, fallen: 1, locked: true)
        #expect(fallen.exitStatus == .needsPerson)
        #expect(Self.text(fallen).contains("refill --replace"))
        #expect(HomingView(slot: 3, outcome: .unknown, fallen: nil, locked: true).exitStatus == .needsPerson)
    }

    @Test func `the machine's commands are read, and an update needs a file that can be read`() throws {
        let home = try CabinetCommand.Home.parse(["12", "--by", "T-7"])
        #expect(home.slot == 12)
        #expect(throws: (any Error).self) { try CabinetCommand.Home.parse(["12"]) }
        let update = try CabinetCommand.Firmware.Update.parse(["/nowhere/image.kfw", "--by", "T-7"])
        #expect(throws: (any Error).self) { try update.order() }
    }
}
