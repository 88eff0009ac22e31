import KioskModel
import KioskPlatform
import KioskTestSupport
import Testing

@testable import ReceiptPrinter

struct LayoutTests {
    private func lines(_ text: String, _ columns: Int) -> [String] {
        LineWrapper(columns: columns).lines(PrintableText(text, for: .gb18030).glyphs).map(Self.text)
    }

    private static func text(_ glyphs: [PrinterGlyph]) -> String {
        TextEncoding.gb18030.decode(glyphs.flatMap(\.bytes)) ?? "?"
    }

    @Test func `lines break by display width, at spaces and between Chinese characters`() {
        #expect(lines("急性上呼吸道感染", 8) == ["急性上呼", "吸道感染"])
        #expect(lines("急性上呼吸道感染", 7) == ["急性上", "呼吸道", "感染"])
        #expect(lines("two words here", 9) == ["two words", "here"])
        #expect(lines("abcdefghij", 4) == ["abcd", "efgh", "ij"])
        #expect(lines("", 4) == [])
        #expect(lines("   ", 4) == [])
    }

    @Test func `closing punctuation does not begin a line, and a number keeps its unit`() {
        #expect(lines("发热头痛，咳嗽", 8) == ["发热头", "痛，咳嗽"])
        #expect(lines("每次0.5\u{A0}g口服", 8) == ["每次", "0.5 g口", "服"])
    }

    @Test func `no line is wider than the paper, whatever it holds`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("中文字，。（）ab 12.5\u{A0}×—〓㐂")
        for _ in 0..<200 {
            let count = Int.random(in: 0...120, using: &generator)
            let text = String((0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
            for profile in [PrinterProfile.generic80, .generic58] {
                let blocks: [LayoutBlock] = [
                    .text(text, .large, .center), .entry(label: "诊断 Dx  ", value: text, .bold),
                    .entry(label: text, value: text, .large), .columns(left: text, right: text, .plain),
                    .phrases(label: "用法  ", [text, text], .plain), .rule(.heavy),
                ]
                for case .line(let spans, _) in try PageLayout(profile: profile).elements(blocks) {
                    let width = spans.reduce(0) { sum, span in
                        sum + span.glyphs.reduce(0) { $0 + $1.columns } * span.style.scale
                    }
                    #expect(width <= profile.columns, "seed \(seed)")
                }
            }
        }
    }

    @Test func `the slip is a pure function and holds nothing of another visit`() {
        let layout = PrescriptionSlipLayout(profile: .generic80)
        let first = layout.blocks(Slips.make(number: "0001", patient: "甲某某"))
        _ = layout.blocks(Slips.make(number: "0002", patient: "乙某某"))
        #expect(layout.blocks(Slips.make(number: "0001", patient: "甲某某")) == first)
    }

    @Test func `letters that look alike stand in only where the meaning stays`() {
        #expect(Self.text(PrintableText("50 µg", for: .gbk).glyphs) == "50 μg")
        #expect(Self.text(PrintableText("¥5", for: .gbk).glyphs) == "￥5")
        #expect(Self.text(PrintableText("10²", for: .gbk).glyphs) == "10〓")
        #expect(Self.text(PrintableText("a\u{301}\u{327}", for: .gbk).glyphs) == "〓")
        #expect(Self.text(PrintableText("a\u{301}", for: .gbk).glyphs) == "á")
        #expect(Self.text(PrintableText("葛\u{E0100}\u{202E}x", for: .gbk).glyphs) == "葛x")
        #expect(Self.text(PrintableText("㐂", for: .gbk).glyphs) == "〓")
    }

    @Test func `QR codes fit the paper and stay legible`() throws {
        for profile in PrinterProfile.all {
            for count in 1...900 {
                guard let module = QRSize.module(forBytes: count, profile: profile) else { continue }
                let modules = try #require(QRSize.modules(forBytes: count))
                #expect(module >= 3 && module * (modules + 8) <= profile.dots)
            }
        }
        #expect(QRSize.module(forBytes: 120, profile: .generic58) == 5)
        #expect(QRSize.modules(forBytes: 5000) == nil)
    }
}
