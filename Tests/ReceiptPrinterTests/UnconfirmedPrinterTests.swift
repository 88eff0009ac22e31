import Foundation
import KioskModel
import KioskTestSupport
import Testing

@testable import ReceiptPrinter
@testable import SimulatedDevices

/// Printers that can't say when a slip is out: its end may still be in one, and must not meet another document.
@Suite(.serialized, .timeLimit(.minutes(1))) struct UnconfirmedPrinterTests {
    private static let barred = PrintState.failedClean(
        Fault(.printerNotCleared, "it does not confirm that it was emptied", device: "printer"))

    /// Knows neither the fence nor GS r.
    private static func model(input: Bool = true, reset: Bool = true) -> PrinterModel {
        var model = PrinterModel.wide
        model.hasFence = false
        model.answersPaperStatus = false
        model.hasInput = input
        if !reset { model.softResetRequestType = nil }
        return model
    }

    private static func timing(watch: Duration = .zero, doubt: Duration) -> PrinterTiming {
        var timing = PrinterBench.timing
        // Nothing answers the probe: its limit always runs out.
        timing.probe = .milliseconds(200)
        timing.watch = watch
        timing.doubt = doubt
        timing.speed = .max
        return timing
    }

    @Test(arguments: [true, false])
    func `paper that ends while the end of a slip is still coming out makes it unknown, not printed`(input: Bool)
        async throws
    {
        // The watch ends with the paper, long before its limit.
        let timing = Self.timing(watch: .seconds(30), doubt: .seconds(60))
        try await PrinterBench.run(model: Self.model(input: input), profile: .noFence80, timing: timing) { bench in
            await bench.device.lagAfter(bytes: 400, paperEndsAtLook: 4)
            guard case .unknown(let fault) = await bench.printer.print(Slips.make(number: "0002")) else {
                Issue.record("known, without paper")
                return
            }
            #expect(fault.code == .printerUnknown && fault.detail.contains(FaultCode.printerPaperOut.rawValue))
            #expect(await bench.device.bufferedBytes == 0)
            await bench.device.loadPaper()
            let pages = await bench.device.pages
            #expect(pages.allSatisfy { !$0.isCut && $0.qrPayloads.isEmpty })
            #expect(await bench.readiness() == nil)
        }
    }

    @Test(arguments: [true, false])
    func `a printer that stops soon after an unconfirmed slip is emptied before the refill`(input: Bool) async throws {
        let timing = Self.timing(doubt: .seconds(60))
        try await PrinterBench.run(model: Self.model(input: input), profile: .noFence80, timing: timing) { bench in
            await bench.device.lagAfter(bytes: 400)
            #expect(await bench.printer.print(Slips.make(number: "0002", patient: "乙某某")) == .unconfirmed)
            #expect(await bench.device.bufferedBytes > 0)
            await bench.device.paperOut()
            #expect(
                await bench.printer.print(Slips.make(number: "0003", patient: "丙某某"))
                    == .failedClean(Fault(.printerPaperOut, device: "printer")))
            #expect(await bench.device.bufferedBytes == 0)
            await bench.device.loadPaper()
            #expect(await bench.printer.print(Slips.make(number: "0003", patient: "丙某某")) == .unconfirmed)
            let whole = await bench.device.pages.filter { $0.isCut && !$0.qrPayloads.isEmpty }
            #expect(whole.count == 1 && whole.first?.text.contains("丙某某") == true)
            #expect(await bench.device.pages.last?.text.contains("乙某某") == false)
            #expect(await bench.device.errors.isEmpty)
        }
    }

    @Test func `one that confirms no emptying is barred then, also after the refill, until it was switched off`()
        async throws
    {
        let timing = Self.timing(doubt: .seconds(60))
        try await PrinterBench.run(model: Self.model(reset: false), profile: .noFence80, timing: timing) { bench in
            await bench.device.lagAfter(bytes: 400)
            #expect(await bench.printer.print(Slips.make(number: "0002", patient: "乙某某")) == .unconfirmed)
            await bench.device.paperOut()
            #expect(await bench.readiness()?.code == .printerNotCleared)
            // The hazard itself: the rest comes out with the new paper.
            await bench.device.loadPaper()
            #expect(await bench.device.pages.last?.qrPayloads.isEmpty == false)
            #expect(await bench.printer.print(Slips.make(number: "0003", patient: "丙某某")) == Self.barred)
            await bench.switchOffAndOn()
            #expect(await bench.printer.print(Slips.make(number: "0003", patient: "丙某某")) == .unconfirmed)
            let last = try #require(await bench.device.pages.last)
            #expect(last.text.contains("丙某某") && !last.text.contains("乙某某") && last.isCut)
        }
    }

    @Test func `after its time a slip is out of a printer in which nothing is wrong, and an empty roll bars nothing`()
        async throws
    {
        let timing = Self.timing(doubt: .zero)
        try await PrinterBench.run(model: Self.model(reset: false), profile: .noFence80, timing: timing) { bench in
            #expect(await bench.printer.print(Slips.make(number: "0001")) == .unconfirmed)
            await bench.device.paperOut()
            #expect(
                await bench.printer.print(Slips.make(number: "0002"))
                    == .failedClean(Fault(.printerPaperOut, device: "printer")))
            await bench.device.loadPaper()
            #expect(await bench.printer.print(Slips.make(number: "0002")) == .unconfirmed)
            #expect(await bench.device.pages.map(\.isCut) == [true, true])
        }
    }

    @Test func `a longer document is watched for longer, at 50 mm a second`() {
        #expect(PrinterTiming.standard.watch(dots: 0) == .seconds(3))
        #expect(PrinterTiming.standard.watch(dots: 2000) == .seconds(8))
    }
}
