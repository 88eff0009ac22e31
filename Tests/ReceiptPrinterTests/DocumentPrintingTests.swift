import Foundation
import KioskModel
import KioskTestSupport
import Testing

@testable import ReceiptPrinter
@testable import SimulatedDevices

@Suite(.serialized) struct DocumentPrintingTests {
    private struct Paper: CustomTestStringConvertible {
        let name: String
        let model: PrinterModel
        let profile: PrinterProfile
        var testDescription: String { name }
    }

    private static let papers = [
        Paper(name: "80", model: .wide, profile: .generic80), Paper(name: "58", model: .narrow, profile: .generic58),
    ]

    private static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Golden/Printer")

    /// With KIOSK_RENEW_GOLDEN=1 the files are written anew: look at each picture before it is committed.
    private static let renews = ProcessInfo.processInfo.environment["KIOSK_RENEW_GOLDEN"] == "1"

    @Test(.timeLimit(.minutes(2)), arguments: PrintDocument.Language.allCases, ["80", "58"])
    func `every document comes out of the printer as its golden files show it`(
        language: PrintDocument.Language, width: String
    ) async throws {
        let paper = try #require(Self.papers.first { $0.name == width })
        try await PrinterBench.run(model: paper.model, profile: paper.profile) { bench in
            for (name, document) in Documents.all(language) {
                // The prescription is in both languages at once.
                if name == "prescription", language == .en { continue }
                let state = await bench.printer.print(document)
                #expect(state == .confirmed, "\(name)")
                #expect(await bench.device.errors == [], "\(name)")
                let page = try #require(await bench.device.pages.last)
                #expect(page.isCut && page.overlongLines == 0 && page.missingGlyphs == 0, "\(name)")
                #expect(!page.text.contains("〓"), "\(name) has a character that the font lacks")
                let file = "\(name)-\(width)-\(language.rawValue)"
                try compare(Data((page.text + "\n").utf8), Self.goldens.appendingPathComponent(file + ".txt"))
                try compare(
                    Data(contentsOf: URL(fileURLWithPath: page.path)),
                    Self.goldens.appendingPathComponent(file + ".png"))
            }
        }
    }

    private func compare(_ printed: Data, _ golden: URL) throws {
        if Self.renews {
            try FileManager.default.createDirectory(at: Self.goldens, withIntermediateDirectories: true)
            return try printed.write(to: golden)
        }
        let isSame = try Data(contentsOf: golden) == printed
        #expect(isSame, "\(golden.lastPathComponent) differs; look at it, then KIOSK_RENEW_GOLDEN=1")
    }

    @Test(.timeLimit(.minutes(1))) func `barcodes and QR codes hold what they should, and a reader reads them`()
        async throws
    {
        for paper in Self.papers {
            try await PrinterBench.run(model: paper.model, profile: paper.profile) { bench in
                _ = await bench.printer.print(PrintDocument(.label(Documents.label())))
                _ = await bench.printer.print(PrintDocument(.test(Documents.test)))
                let pages = await bench.device.pages
                #expect(pages.count == 2)
                let number = "K1-20261122-0007"
                // Sixteen characters are too many bars for the narrow paper.
                #expect(pages.first?.barcodes == (paper.name == "80" ? [number] : []))
                #expect(pages.first?.qrPayloads == (paper.name == "80" ? [] : [number]))
                #expect(pages.last?.barcodes == ["KIOSK-TEST"])
                #expect(pages.last?.qrPayloads == ["kiosk-printer-test"])
                let first = try #require(pages.first)
                let last = try #require(pages.last)
                guard let read = try scan(first.path), let both = try scan(last.path) else { return }
                #expect(read == [number])
                #expect(both == ["KIOSK-TEST", "kiosk-printer-test"])
            }
        }
    }

    /// What a scanner reads on a picture, sorted; nil without zbar-tools.
    private func scan(_ path: String) throws -> [String]? {
        let reader = "/usr/bin/zbarimg"
        guard FileManager.default.isExecutableFile(atPath: reader) else {
            print("skipped: zbar-tools is not installed")
            return nil
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: reader)
        process.arguments = ["--quiet", "--raw", path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init).sorted()
    }

    @Test(.timeLimit(.minutes(1))) func `a receipt that does not add up is refused before the first byte`() async throws
    {
        try await PrinterBench.run { bench in
            let huge = PaymentReceipt.Item(name: "x", quantity: 1, amount: .max)
            let receipts = [
                Documents.receipt(total: 4551), Documents.receipt(total: -1),
                PaymentReceipt(
                    head: Documents.head("R-1"), items: [huge, huge], total: -2, method: "", paymentNumber: ""),
                PaymentReceipt(head: Documents.head("R-2"), items: [], total: 0, method: "", paymentNumber: ""),
            ]
            for receipt in receipts {
                guard case .failedClean(let fault) = await bench.printer.print(PrintDocument(.receipt(receipt))) else {
                    Issue.record("printed")
                    continue
                }
                #expect(fault.code == .printerError)
            }
            #expect(await bench.device.dataBytesReceived == 0)
        }
    }

    @Test func `an emergency and a reprint are said large, in the language of the page`() throws {
        func text(_ content: PrintDocument.Content, _ language: PrintDocument.Language) throws -> String {
            let blocks = try DocumentLayout(profile: .generic80).blocks(PrintDocument(content, language: language))
            return blocks.map { if case .text(let text, _, _) = $0 { text } else { "" } }.joined(separator: "\n")
        }
        let emergency = PrintDocument.Content.referral(Documents.referral(.emergency))
        let urgent = (zh: try text(emergency, .zh), en: try text(emergency, .en))
        #expect(urgent.zh.contains("急诊 立即前往") && urgent.en.contains("EMERGENCY GO NOW"))
        let again = PrintDocument.Content.label(Documents.label(reprint: 2))
        let reprint = (zh: try text(again, .zh), en: try text(again, .en))
        #expect(reprint.zh.contains("补打 2") && reprint.en.contains("REPRINT 2"))
        let first = try text(.label(Documents.label()), .zh)
        #expect(!first.contains("补打"))
    }

    @Test func `whatever a document's texts hold, no real-time command and no control byte gets in`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("\u{10}\u{04}\u{05}\u{14}\u{1B}@\u{1D}V中文a1 {}\u{202E}\u{0}")
        for _ in 0..<300 {
            let text = String((0..<40).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
            let head = DocumentHead(documentNumber: text, kioskName: text, issued: text, simulated: true)
            let line = PrescriptionLine(
                medicine: text, name: text, strength: text, boxes: 1, dose: text, route: text, frequency: text, days: 1)
            let documents: [PrintDocument.Content] = [
                .label(
                    DispensingLabel(
                        head: head, patientName: text, prescriptionNumber: text, line: line, lot: text, expiry: text,
                        warnings: [text])),
                .test(PrinterTestPage(head: head, device: text, version: text)),
            ]
            for content in documents {
                let blocks = try DocumentLayout(profile: .generic80).blocks(PrintDocument(content, language: .en))
                // A code of control characters is refused whole.
                guard let elements = try? PageLayout(profile: .generic80).elements(blocks),
                    let bytes = try? DocumentEncoder(profile: .generic80).encode(elements)
                else { continue }
                #expect(ESCPOSEncoder.realTimeCommand(in: bytes) == nil, "seed \(seed)")
            }
        }
    }

    @Test func `a barcode's length is bounded by the paper, and braces are doubled`() throws {
        #expect(BarcodeSize.module(for: "12345678", profile: .generic58) == 2)
        #expect(BarcodeSize.module(for: String(repeating: "1", count: 40), profile: .generic58) == nil)
        #expect(BarcodeSize.module(for: "中", profile: .generic80) == nil)
        #expect(BarcodeSize.module(for: "", profile: .generic80) == nil)
        var encoder = ESCPOSEncoder()
        try encoder.barcode("a{b", module: 2)
        #expect(encoder.bytes.suffix(10) == [0x1D, 0x6B, 73, 6] + Array("{Ba{{b".utf8))
        var refused = ESCPOSEncoder()
        #expect(throws: Fault.self) { try refused.barcode("a\u{10}\u{04}", module: 2) }
    }
}
