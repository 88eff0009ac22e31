import KioskModel
import KioskTestSupport
import Testing

@testable import ReceiptPrinter
@testable import SimulatedDevices

/// What a technician asks of the printer by kioskctl.
@Suite(.serialized) struct TechnicianTests {
    @Test(.timeLimit(.minutes(1))) func `every sensor is told, and how the end of a print is known`() async throws {
        try await PrinterBench.run { bench in
            let first = await bench.printer.inspect()
            #expect(first.device.state == .ready && first.completion == nil)
            #expect(first.sensors?.paperOut == false && first.sensors?.coverOpen == false)
            #expect(await bench.printer.print(Slips.make()) == .confirmed)
            #expect(await bench.printer.inspect().completion == "fence")
            await bench.device.coverOpen()
            let open = await bench.printer.inspect()
            #expect(open.sensors?.coverOpen == true && open.fault?.code == FaultCode.printerCoverOpen.rawValue)
            await bench.device.coverClose()
            await bench.device.paperOut()
            let empty = await bench.printer.inspect()
            #expect(empty.sensors?.paperOut == true && empty.fault?.code == FaultCode.printerPaperOut.rawValue)
            #expect(empty.profile == "generic-80" && empty.dots == 576)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a printer that is not there has no sensors, and says why`() async throws {
        try await PrinterBench.run { bench in
            await bench.server.unplug(PrinterBench.busID)
            let view = await bench.printer.inspect()
            #expect(view.sensors == nil && view.device.state == .missing)
            #expect(view.fault?.code == FaultCode.usbNotFound.rawValue)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a purge empties a printer without paper, and nothing of it comes after the refill`()
        async throws
    {
        try await PrinterBench.run { bench in
            #expect(await bench.printer.inspect().device.state == .ready)
            await bench.device.paperOut()
            // As another program may have left it there: past this driver.
            _ = await bench.device.receive(Array("old slip\n".utf8), endpoint: 0x02)
            #expect(await bench.device.bufferedBytes > 0)
            await expectFault(.printerPaperOut) { try await bench.printer.purge() }
            #expect(await bench.device.bufferedBytes == 0)
            await bench.device.loadPaper()
            try await bench.printer.purge()
            #expect(await bench.device.pages.allSatisfy { !$0.text.contains("old slip") })
            #expect(await bench.printer.print(Slips.make(number: "0002", patient: "丙某某")) == .confirmed)
            #expect(await bench.device.pages.last?.text.contains("丙某某") == true)
            #expect(await bench.device.errors.isEmpty)
        }
    }
}
