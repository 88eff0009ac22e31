import KioskModel
import KioskTestSupport
import Testing
import USBTransport

@testable import ReceiptPrinter
@testable import SimulatedDevices

/// Printers that take no command that empties them: what such a one may still hold must not meet another document.
@Suite(.serialized, .timeLimit(.minutes(1))) struct UnclearedPrinterTests {
    /// Knows no SOFT_RESET.
    private static var model: PrinterModel {
        var model = PrinterModel.wide
        model.softResetRequestType = nil
        return model
    }

    private static let barred = PrintState.failedClean(
        Fault(.printerNotCleared, "it does not confirm that it was emptied", device: "printer"))

    /// A slip in whose middle the paper ends.
    private static func tear(_ bench: PrinterBench, by printer: ESCPOSPrinter? = nil) async -> PrintState {
        await bench.device.paperOutAfter(bytes: 400)
        return await (printer ?? bench.printer).print(Slips.make(number: "0002", patient: "乙某某"))
    }

    @Test func `what may wait in a printer bars the next slip, also after the refill, until it was switched off`()
        async throws
    {
        try await PrinterBench.run(model: Self.model) { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001", patient: "甲某某")) == .confirmed)
            guard case .unknown(let fault) = await Self.tear(bench) else {
                Issue.record("known, without paper")
                return
            }
            #expect(fault.code == .printerUnknown && fault.detail.contains(FaultCode.printerPaperOut.rawValue))
            #expect(fault.detail.contains(FaultCode.printerNotCleared.rawValue))
            #expect(await bench.device.bufferedBytes > 0)
            #expect(await bench.printer.status().fault?.code == .printerNotCleared)
            #expect(await bench.readiness()?.code == .printerNotCleared)
            #expect(await bench.printer.print(Slips.make(number: "0003", patient: "丙某某")) == Self.barred)
            // The hazard itself: the rest comes out with the new paper. Nothing of another visit may join it.
            await bench.device.loadPaper()
            #expect(await bench.device.pages.last?.text.contains("0002") == true)
            #expect(await bench.printer.print(Slips.make(number: "0003", patient: "丙某某")) == Self.barred)
            #expect(await bench.printer.inspect().fault?.code == FaultCode.printerNotCleared.rawValue)
            let before = await bench.device.pages.count
            await bench.switchOffAndOn()
            #expect(await bench.printer.print(Slips.make(number: "0003", patient: "丙某某")) == .confirmed)
            let pages = await bench.device.pages
            #expect(pages.count == before + 1 && pages.last?.text.contains("丙某某") == true)
            #expect(await bench.printer.status().state == .ready)
            #expect(await bench.device.errors.isEmpty)
        }
    }

    @Test func `who switches it off before the refill gets the slip once`() async throws {
        try await PrinterBench.run(model: Self.model) { bench in
            #expect(await Self.tear(bench).name == "unknown")
            await bench.switchOffAndOn()
            #expect(await bench.readiness()?.code == .printerPaperOut)
            await bench.device.loadPaper()
            let again = Slips.make(number: "0002", patient: "乙某某", reprint: 1)
            #expect(await bench.printer.print(again) == .confirmed)
            let whole = await bench.device.pages.filter { $0.isCut && !$0.qrPayloads.isEmpty }
            #expect(whole.count == 1 && whole.first?.text.contains("补打 1") == true)
        }
    }

    @Test func `a reset of the port, or of its power, is not the printer's switch`() async throws {
        try await PrinterBench.run(model: Self.model) { bench in
            let replug = { @Sendable in
                await bench.server.unplug(PrinterBench.busID)
                await bench.server.plug(bench.device, at: PrinterBench.busID)
            }
            let host = SwitchedPortHost(bench.host) { () async throws(USBError) in
                await replug()
            } power: {
                await replug()
            }
            let role = USBRole(name: "printer", interfaceClass: PrinterLink.interfaceClass)
            let binding = USBRoleBinding(host: host, role: role, allowsSimulated: true)
            let printer = ESCPOSPrinter(binding: binding, profile: .generic80, timing: PrinterBench.timing)
            #expect(await Self.tear(bench, by: printer).name == "unknown")
            _ = try await binding.reset()
            #expect(await printer.print(Slips.make(number: "0003")) == Self.barred)
            try await binding.cyclePower()
            #expect(host.done == ["reset", "power"])
            #expect(await printer.print(Slips.make(number: "0003")) == Self.barred)
            #expect(await bench.device.bufferedBytes > 0)
            await bench.device.loadPaper()
            await bench.switchOffAndOn()
            #expect(await printer.print(Slips.make(number: "0003")) == .confirmed)
            await printer.shutdown()
        }
    }

    @Test func `a printer that comes back late from a switch of its port's power was not switched off by that`()
        async throws
    {
        try await PrinterBench.run(model: Self.model) { bench in
            let host = SwitchedPortHost(bench.host) { () async throws(USBError) in
                await bench.server.unplug(PrinterBench.busID)
            } power: {
                await bench.server.unplug(PrinterBench.busID)
            }
            let role = USBRole(name: "printer", interfaceClass: PrinterLink.interfaceClass)
            var timing = USBRecoveryTiming()
            timing.comeback = .zero
            let binding = USBRoleBinding(host: host, role: role, allowsSimulated: true, timing: timing)
            let printer = ESCPOSPrinter(binding: binding, profile: .generic80, timing: PrinterBench.timing)
            #expect(await Self.tear(bench, by: printer).name == "unknown")
            await expectFault(.usbPortFixed) { try await binding.cyclePower() }
            await bench.server.plug(bench.device, at: PrinterBench.busID)
            #expect(await printer.print(Slips.make(number: "0003")) == Self.barred)
            await expectFault(.usbPortReset) { _ = try await binding.reset() }
            await bench.server.plug(bench.device, at: PrinterBench.busID)
            #expect(await printer.print(Slips.make(number: "0003")) == Self.barred)
            #expect(await bench.device.bufferedBytes > 0)
            await bench.device.loadPaper()
            await bench.switchOffAndOn()
            #expect(await printer.print(Slips.make(number: "0003")) == .confirmed)
            await printer.shutdown()
        }
    }

    @Test func `the answer to the real-time clearing confirms, where the profile has it`() async throws {
        try await PrinterBench.run(model: Self.model, profile: .epson80) { bench in
            #expect(await Self.tear(bench).name == "unknown")
            #expect(await bench.device.bufferedBytes == 0)
            #expect(await bench.readiness()?.code == .printerPaperOut)
            await bench.device.loadPaper()
            #expect(await bench.printer.print(Slips.make(number: "0003")) == .confirmed)
        }
    }

    @Test func `a purge that nothing confirms says so, and the printer is to be switched off`() async throws {
        try await PrinterBench.run(model: Self.model) { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001")) == .confirmed)
            await expectFault(.printerNotCleared) { try await bench.printer.purge() }
            #expect(await bench.printer.print(Slips.make(number: "0002")) == Self.barred)
            await bench.switchOffAndOn()
            #expect(await bench.printer.print(Slips.make(number: "0002")) == .confirmed)
        }
    }

    @Test func `a printer that the kiosk finds stopped at its start may hold what a former run left there`()
        async throws
    {
        try await PrinterBench.run(model: Self.model) { bench in
            await bench.device.paperOut()
            _ = await bench.device.receive(Array("old slip\n".utf8), endpoint: 0x02)
            #expect(await bench.printer.print(Slips.make()) == Self.barred)
            await bench.switchOffAndOn()
            await bench.device.loadPaper()
            #expect(await bench.printer.print(Slips.make()) == .confirmed)
            #expect(await bench.device.pages.count == 1)
            #expect(await bench.device.pages.last?.text.contains("old slip") == false)
        }
    }

    @Test func `trouble before the first byte bars nothing`() async throws {
        try await PrinterBench.run(model: Self.model) { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001")) == .confirmed)
            await bench.device.paperOut()
            #expect(
                await bench.printer.print(Slips.make(number: "0002"))
                    == .failedClean(Fault(.printerPaperOut, device: "printer")))
            await bench.device.loadPaper()
            #expect(await bench.printer.print(Slips.make(number: "0002")) == .confirmed)
        }
    }
}
