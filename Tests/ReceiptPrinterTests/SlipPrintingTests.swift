import Foundation
import KioskModel
import KioskTestSupport
import Testing

@testable import ReceiptPrinter
@testable import SimulatedDevices

@Suite(.serialized) struct SlipPrintingTests {
    @Test(.timeLimit(.minutes(1))) func `a slip comes out cut and confirmed, and its paper says what the slip says`()
        async throws
    {
        try await PrinterBench.run { bench in
            let slip = Slips.make()
            #expect(await bench.printer.print(slip) == .confirmed)
            #expect(await bench.device.errors.isEmpty)
            #expect(await bench.device.failures.isEmpty)
            let pages = await bench.device.pages
            let page = try #require(pages.first)
            #expect(pages.count == 1)
            #expect(page.isCut)
            #expect(page.overlongLines == 0)
            #expect(page.missingGlyphs == 0)
            #expect(page.qrPayloads == [slip.qr])
            for text in [
                slip.kioskName, slip.patientName, slip.sex, slip.age, slip.diagnosis, slip.doctorName, slip.issued,
                slip.prescriptionNumber, slip.documentNumber,
            ] {
                #expect(page.text.contains(text))
            }
            for line in slip.lines {
                for text in [
                    line.name, line.strength, "× \(line.boxes) 盒", line.route, "每次 \(line.dose)", line.frequency,
                    "共 \(line.days) 天",
                ] {
                    #expect(page.text.contains(text))
                }
            }
            #expect(page.text.components(separatedBy: "模拟 SIMULATED").count == 3)
            #expect(!page.text.contains("补打"))
            let size = try #require(FileManager.default.attributesOfItem(atPath: page.path)[.size] as? Int)
            #expect((1000..<1_000_000).contains(size))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `the narrow paper takes the same slip without a line too long`() async throws {
        try await PrinterBench.run(model: .narrow, profile: .generic58) { bench in
            let long = PrescriptionLine(
                medicine: "x", name: "复方氨酚烷胺片（感冒用药，十二片装）", strength: "12 片", boxes: 10, dose: "1 片", route: "口服",
                frequency: "必要时，每日不超过二次，饭后半小时温水送服", days: 3)
            let slip = Slips.make(
                diagnosis: "慢性胃炎急性发作；高血压病二级；睡眠障碍（待查）", lines: Slips.medicines + [long], reprint: 2)
            #expect(await bench.printer.print(slip) == .confirmed)
            let page = try #require(await bench.device.pages.first)
            #expect(await bench.device.errors.isEmpty)
            #expect(page.overlongLines == 0)
            #expect(page.text.contains("补打 2"))
            let joined = page.text.filter { !$0.isWhitespace }
            #expect(joined.contains(long.name) && joined.contains(long.frequency) && joined.contains(slip.diagnosis))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `rare characters of four bytes are printed, those without a glyph are marked`()
        async throws
    {
        try await PrinterBench.run { bench in
            // U+3402 㐂 has four bytes in GB18030; 𬭎 (U+2CB4E) and 🙂 are in no printer's font.
            #expect(await bench.printer.print(Slips.make(patient: "㐂𬭎🙂明", simulated: false)) == .confirmed)
            let page = try #require(await bench.device.pages.first)
            #expect(page.text.contains("㐂〓〓明"))
            #expect(page.text.contains("〓 = 字库缺字"))
            #expect(page.missingGlyphs == 0)
            #expect(!page.text.contains("模拟"))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `commands in a patient's name do not act`() async throws {
        try await PrinterBench.run { bench in
            let name = "王\u{1B}@\u{1D}V\u{00}\u{10}\u{04}\u{01}\u{10}\u{14}\u{08}五\n\u{1C}.六"
            #expect(await bench.printer.print(Slips.make(patient: name)) == .confirmed)
            let pages = await bench.device.pages
            #expect(pages.count == 1)
            #expect(await bench.device.errors.isEmpty)
            #expect(pages.first?.text.filter { !$0.isWhitespace }.contains("王〓@〓V〓〓〓〓〓〓〓五〓.六") == true)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `the QR code on the picture can be read by a phone`() async throws {
        let reader = "/usr/bin/zbarimg"
        guard FileManager.default.isExecutableFile(atPath: reader) else {
            print("skipped: zbar-tools is not installed; the payload is compared by another test")
            return
        }
        for (model, profile) in [(PrinterModel.wide, PrinterProfile.generic80), (.narrow, .generic58)] {
            try await PrinterBench.run(model: model, profile: profile) { bench in
                let slip = Slips.make()
                #expect(await bench.printer.print(slip) == .confirmed)
                let page = try #require(await bench.device.pages.first)
                let scan = try await runProgram(reader, ["--quiet", "--raw", page.path])
                let text = scan.output.trimmingCharacters(in: .newlines)
                #expect(text == slip.qr)
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `two jobs asked for at once come out one after the other`() async throws {
        try await PrinterBench.run { bench in
            async let first = bench.printer.print(Slips.make(number: "0001", patient: "甲某某"))
            async let second = bench.printer.print(Slips.make(number: "0002", patient: "乙某某"))
            #expect(await [first, second] == [.confirmed, .confirmed])
            let pages = await bench.device.pages
            #expect(pages.count == 2)
            for page in pages {
                #expect(page.text.contains("甲某某") != page.text.contains("乙某某"))
                #expect(page.text.contains("0001") == page.text.contains("甲某某"))
                #expect(page.qrPayloads.count == 1)
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a caller who goes away does not stop a print half way`() async throws {
        try await PrinterBench.run { bench in
            let job = Task { await bench.printer.print(Slips.make()) }
            job.cancel()
            #expect(await job.value == .confirmed)
            #expect(await bench.device.pages.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a printer without the fence ends unconfirmed, with or without GS r`()
        async throws
    {
        for answers in [true, false] {
            var model = PrinterModel.wide
            model.hasFence = false
            model.answersPaperStatus = answers
            try await PrinterBench.run(model: model, timing: PrinterBench.impatient) { bench in
                #expect(await bench.printer.print(Slips.make(number: "0001")) == .unconfirmed)
                let second = await bench.printer.print(Slips.make(number: "0002"))
                #expect(second == .unconfirmed)
                #expect(await bench.device.pages.map(\.isCut) == [true, true])
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a document that can't be printed legibly is refused before a byte is sent`()
        async throws
    {
        try await PrinterBench.run { bench in
            let tooMany = Slips.make(lines: Array(repeating: Slips.medicines[0], count: 200))
            let slips = [
                tooMany, Slips.make(qr: String(repeating: "x", count: 901)), Slips.make(qr: ""),
                Slips.make(qr: "a\u{10}\u{04}\u{01}"), Slips.make(diagnosis: String(repeating: "病", count: 100_000)),
            ]
            for slip in slips {
                guard case .failedClean(let fault) = await bench.printer.print(slip) else {
                    Issue.record("printed what can't be printed")
                    continue
                }
                #expect(fault.code == .printerError)
            }
            #expect(await bench.device.dataBytesReceived == 0)
        }
    }
}
