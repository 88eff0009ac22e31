import Foundation
import GlyphRaster
import KioskModel
import KioskTestSupport
import Testing

@testable import ReceiptPrinter
@testable import SimulatedDevices

/// Characters that the printer's font lacks.
@Suite(.serialized) struct RareCharacterTests {
    private static let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Golden/Printer")

    /// A printer with the characters of GBK alone.
    private static func modest(_ base: PrinterProfile) -> PrinterProfile {
        PrinterProfile(
            name: "gbk", paper: base.paper, dots: base.dots, columns: base.columns, glyphs: .gbk, fence: .probe,
            clearsInRealTime: false,
            qrModule: base.qrModule, cutMargin: base.cutMargin)
    }

    private static let rare = Slips.make(patient: "䶮㛃", diagnosis: "Sjögren 综合征", reprint: 1)

    @Test(.timeLimit(.minutes(1)), arguments: ["80", "58"])
    func `a rare name is drawn, as the golden picture shows it`(width: String) async throws {
        let (model, base) = width == "80" ? (PrinterModel.wide, PrinterProfile.generic80) : (.narrow, .generic58)
        try await PrinterBench.run(model: model, profile: Self.modest(base)) { bench in
            #expect(await bench.printer.print(PrintDocument(.prescription(Self.rare))) == .confirmed)
            #expect(await bench.device.errors == [])
            let page = try #require(await bench.device.pages.last)
            #expect(page.isCut && page.overlongLines == 0 && page.missingGlyphs == 0 && !page.text.contains("〓"))
            let printed = try Data(contentsOf: URL(fileURLWithPath: page.path))
            let golden = Self.goldens.appendingPathComponent("rare-name-\(width)-zh.png")
            if ProcessInfo.processInfo.environment["KIOSK_RENEW_GOLDEN"] == "1" { return try printed.write(to: golden) }
            let isSame = try Data(contentsOf: golden) == printed
            #expect(isSame, "\(golden.lastPathComponent) differs; look at it, then KIOSK_RENEW_GOLDEN=1")
        }
    }

    @Test func `what the printer can print stays text, and what no font has is the mark of the missing`() throws {
        let raster = try #require(LineRaster(), "fonts-wqy-zenhei is missing: script/setup installs it")
        let drawn = { (text: String) in
            PrintableText(text, for: .gbk, raster: raster).glyphs.map { $0.drawn.map(String.init) ?? "-" }.joined()
        }
        #expect(drawn("王㛃ö") == "-㛃ö")
        // No font, private use, Arabic, two scalars that don't compose.
        for text in ["\u{2CEA0}", "\u{E000}", "\u{0627}", "a\u{301}\u{327}"] {
            let printable = PrintableText(text, for: .gbk, raster: raster)
            #expect(printable.glyphs == [PrintableText.missing] && printable.hasReplacements, "\(text)")
        }
        #expect(!PrintableText("㛃", for: .gbk, raster: raster).hasReplacements)
        #expect(PrintableText("㛃ö", for: .gbk, raster: raster).columns == 3)
    }

    @Test func `no picture holds a real-time command, whatever is drawn, and only dots are added to avoid one`() throws
    {
        let raster = try #require(LineRaster())
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let scalars = (0..<20).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0x3400...0x9FFF, using: &generator))
            }
            let text = String(String.UnicodeScalarView(scalars))
            let style = [TextStyle.plain, .bold, .large, .banner].randomElement(using: &generator) ?? .plain
            let span = TextSpan(glyphs: PrintableText(text, for: .gbk, raster: raster).glyphs, style: style)
            let image = try #require(raster.dots([span], .center, width: 576))
            let safe = image.safe
            #expect(ESCPOSEncoder.realTimeCommand(in: safe.bytes) == nil, "seed \(seed)")
            #expect(zip(image.bytes, safe.bytes).allSatisfy { $0 & $1 == $0 }, "seed \(seed)")
        }
    }

    @Test func `a picture that holds a real-time command, also from one row to the next, loses it by one dot more`() {
        let pictures: [([[UInt8]], [UInt8])] = [
            ([[0x10, 0x04]], [0x18, 0x04]),
            ([[0x10, 0x05]], [0x18, 0x05]),
            ([[0x10, 0x14]], [0x18, 0x14]),
            ([[0x10, 0x10, 0x04]], [0x10, 0x18, 0x04]),
            ([[0xFF, 0x10], [0x04, 0x00]], [0xFF, 0x18, 0x04, 0x00]),
            ([[0x10, 0x04], [0x10, 0x14]], [0x18, 0x04, 0x18, 0x14]),
            // No command: nothing may change.
            ([[0x10, 0x06], [0x18, 0x04]], [0x10, 0x06, 0x18, 0x04]),
        ]
        for (rows, expected) in pictures {
            let image = Self.picture(rows)
            #expect(image.bytes == rows.flatMap(\.self))
            #expect((ESCPOSEncoder.realTimeCommand(in: image.bytes) != nil) == (image.bytes != expected))
            #expect(image.safe.bytes == expected, "\(rows)")
        }
    }

    /// A picture of exactly these bytes.
    private static func picture(_ rows: [[UInt8]]) -> RasterImage {
        let width = 8 * (rows.first?.count ?? 0)
        let coverage = rows.flatMap(\.self).flatMap { byte -> [UInt8] in
            (0..<8).map { byte & (0x80 >> UInt8($0)) == 0 ? 0 : 255 }
        }
        var image = RasterImage(width: width, height: rows.count)
        image.draw(
            GlyphBitmap(width: width, height: rows.count, coverage: coverage), x: 0, y: 0, reversed: false)
        return image
    }

    @Test func `a recording keeps the size of a drawn line and none of its dots`() throws {
        let raster = try #require(LineRaster())
        let profile = Self.modest(.generic80)
        let blocks = try DocumentLayout(profile: profile, raster: raster).blocks(
            PrintDocument(.prescription(Self.rare)))
        let bytes = try DocumentEncoder(profile: profile, raster: raster).encode(
            PageLayout(profile: profile, raster: raster).elements(blocks))
        let redacted = ESCPOSRedactor.redacted(bytes)
        #expect(redacted.count == bytes.count)
        let head: [UInt8] = [0x1D, 0x76, 0x30, 0, 72, 0]
        var pictures = 0
        for start in bytes.indices.dropLast(8) where Array(bytes[start..<start + 6]) == head {
            let size = 72 * (Int(bytes[start + 6]) | Int(bytes[start + 7]) << 8)
            #expect(Array(redacted[start..<start + 8]) == Array(bytes[start..<start + 8]))
            #expect(redacted[(start + 8)..<(start + 8 + size)].allSatisfy { $0 == 0 })
            #expect(bytes[(start + 8)..<(start + 8 + size)].contains { $0 != 0 })
            pictures += 1
        }
        #expect(pictures == 2)
    }

    @Test func `English pages say routes, frequencies, units and ages in English, and leave what they don't know`() {
        #expect(Phrasebook.english("口服") == "by mouth")
        #expect(Phrasebook.english("每日三次") == "3 times a day")
        #expect(Phrasebook.english("每日二次，饭后") == "twice a day, after meals")
        #expect(Phrasebook.english("每8小时一次") == "every 8 hours")
        #expect(Phrasebook.english("每晚一次，睡前") == "once every evening, at bedtime")
        for unknown in ["每日三次，遵医嘱", "每三日一次", "每百小时一次", "隔七日", ""] {
            #expect(Phrasebook.english(unknown) == unknown)
        }
        #expect(Phrasebook.amount("0.25 g × 24 粒") == "0.25 g × 24 pcs")
        #expect(Phrasebook.amount("1 片") == "1 tablet" && Phrasebook.amount("2片") == "2 tablets")
        #expect(Phrasebook.amount("半片") == "半片" && Phrasebook.amount("0.5 g") == "0.5 g")
        #expect(Phrasebook.person("36 岁") == "36 years" && Phrasebook.person("1 岁") == "1 year")
        #expect(Phrasebook.person("8 个月") == "8 months" && Phrasebook.person("男") == "male")
        #expect(Phrasebook.person("未知") == "未知")
    }
}
