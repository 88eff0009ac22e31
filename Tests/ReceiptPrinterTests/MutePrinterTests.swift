import KioskModel
import KioskTestSupport
import Testing

@testable import ReceiptPrinter
@testable import SimulatedDevices

/// Printers without a bulk-IN endpoint: nothing but the port status tells how a print ends.
@Suite(.serialized, .timeLimit(.minutes(1))) struct MutePrinterTests {
    private static var model: PrinterModel {
        var model = PrinterModel.wide
        model.hasInput = false
        return model
    }

    private static var timing: PrinterTiming {
        var timing = PrinterBench.timing
        timing.watch = .milliseconds(300)
        timing.speed = .max
        return timing
    }

    @Test func `a slip ends unconfirmed while the port status knows of no trouble`() async throws {
        try await PrinterBench.run(model: Self.model, timing: Self.timing) { bench in
            #expect(await bench.printer.print(Slips.make()) == .unconfirmed)
            #expect(await bench.device.pages.map(\.isCut) == [true])
            #expect(await bench.device.errors.isEmpty)
        }
    }

    @Test func `a slip under which the paper ended is not taken for printed`() async throws {
        try await PrinterBench.run(model: Self.model, timing: Self.timing) { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001")) == .unconfirmed)
            await bench.device.paperOutAfter(bytes: 400)
            guard case .unknown(let fault) = await bench.printer.print(Slips.make(number: "0002")) else {
                Issue.record("known, without paper")
                return
            }
            #expect(fault.code == .printerUnknown && fault.detail.contains(FaultCode.printerPaperOut.rawValue))
            #expect(await bench.device.bufferedBytes == 0)
            await bench.device.loadPaper()
            #expect(await bench.printer.print(Slips.make(number: "0003")) == .unconfirmed)
            let whole = await bench.device.pages.filter { $0.isCut && !$0.qrPayloads.isEmpty }
            #expect(whole.count == 2)
        }
    }
}
