import KioskModel
import KioskPlatform
import KioskTestSupport
import Testing

@testable import ReceiptPrinter

struct ESCPOSCodecTests {
    @Test func `no text makes a real-time command or a control byte`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let picks: [ClosedRange<UInt32>] = [
            0...0x1F, 0x20...0x7E, 0x7F...0xFF, 0x3000...0x303F, 0x3400...0x4DB5, 0x4E00...0x9FFF, 0xE000...0xF8FF,
            0x1F300...0x1FAFF, 0x20000...0x2CEAF,
        ]
        for _ in 0..<300 {
            var text = ""
            for _ in 0..<Int.random(in: 0...80, using: &generator) {
                let value = UInt32.random(
                    in: picks[Int.random(in: 0..<picks.count, using: &generator)], using: &generator)
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            }
            let slip = Slips.make(patient: text, diagnosis: text, reprint: 3)
            let profile = Bool.random(using: &generator) ? PrinterProfile.generic80 : .generic58
            let bytes = try document(slip, profile)
            #expect(ESCPOSEncoder.realTimeCommand(in: bytes) == nil, "seed \(seed)")
            let printable = PrintableText(text, for: profile.glyphs)
            #expect(printable.glyphs.allSatisfy { $0.bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }, "seed \(seed)")
            #expect(
                printable.glyphs.allSatisfy { TextEncoding.gb18030.decode($0.bytes)?.count == 1 }, "seed \(seed)")
        }
    }

    @Test func `a real-time command is found wherever it stands`() {
        #expect(ESCPOSEncoder.realTimeCommand(in: [1, 2, 0x10, 0x04]) == 2)
        #expect(ESCPOSEncoder.realTimeCommand(in: [0x10, 0x10, 0x14, 8]) == 1)
        #expect(ESCPOSEncoder.realTimeCommand(in: [0x10, 0x05]) == 0)
        #expect(ESCPOSEncoder.realTimeCommand(in: [0x10, 0x06, 0x04, 0x10]) == nil)
        #expect(ESCPOSEncoder.realTimeCommand(in: []) == nil)
    }

    @Test func `commands have the bytes of the reference`() throws {
        var encoder = ESCPOSEncoder()
        encoder.initialize()
        encoder.chineseMode()
        encoder.align(.center)
        encoder.size(width: 2, height: 2)
        encoder.text(PrintableText("处Rp", for: .gb18030).glyphs)
        encoder.cut()
        encoder.fence(FenceID(0))
        encoder.paperStatus()
        #expect(
            encoder.bytes == [
                0x1B, 0x40, 0x1C, 0x26, 0x1B, 0x61, 1, 0x1D, 0x21, 0x11, 0xB4, 0xA6, 0x52, 0x70, 0x1D, 0x56, 0x42, 0,
                0x1D,
                0x28, 0x48, 6, 0, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x1D, 0x72, 1,
            ])
        var qr = ESCPOSEncoder()
        try qr.qr("ab", module: 6)
        #expect(
            qr.bytes == [
                0x1D, 0x28, 0x6B, 4, 0, 0x31, 0x41, 0x32, 0, 0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x43, 6, 0x1D, 0x28, 0x6B, 3,
                0,
                0x31, 0x45, 0x31, 0x1D, 0x28, 0x6B, 5, 0, 0x31, 0x50, 0x30, 0x61, 0x62, 0x1D, 0x28, 0x6B, 3, 0, 0x31,
                0x51,
                0x30,
            ])
    }

    @Test func `answers are taken apart however they are cut, with noise between them`() {
        let stream: [UInt8] =
            [0x12] + [0x37, 0x22, 0x41, 0x42, 0x43, 0x44, 0] + [0xFF, 0x93] + [0x18, 0x08, 0x0F, 0x00] + [0x0C]
            + [0x37, 0x37, 0x25, 0] + [0x10, 0x00, 0x1A, 0x03, 0x00] + [0x37, 0x22, 0x12]
        let expected: [PrinterReply] = [
            .realTime(0x12), .fence(FenceID(wire: [0x41, 0x42, 0x43, 0x44])), .noise(0xFF), .noise(0x93),
            .automatic([0x18, 0x08, 0x0F, 0x00]), .paper(0x0C), .noise(0x37), .buffersCleared, .realTime(0x1A),
            .automatic([0x10, 0x00, 0x03, 0x00]),
        ]
        for size in [1, 2, 3, 5, stream.count] {
            var demultiplexer = ReplyDemultiplexer()
            var replies: [PrinterReply] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                replies += demultiplexer.feed(stream[start..<min(start + size, stream.count)])
            }
            #expect(replies == expected)
        }
    }

    @Test func `any bytes are an answer or noise, and none are lost`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var demultiplexer = ReplyDemultiplexer()
        var accounted = 0
        for reply in demultiplexer.feed((0..<20_000).map { _ in UInt8.random(in: 0...255, using: &generator) }) {
            switch reply {
            case .realTime, .paper, .noise: accounted += 1
            case .automatic: accounted += 4
            case .fence: accounted += 7
            case .buffersCleared: accounted += 3
            }
        }
        #expect((19_993...20_000).contains(accounted), "seed \(seed)")
    }

    @Test func `status bits become the fault to be dealt with first`() {
        var condition = PrinterCondition()
        #expect(condition.fault(role: "printer") == nil)
        condition.update(realTime: 0x1A, question: 1)
        #expect(condition.fault(role: "printer")?.code == .printerOffline)
        condition.update(realTime: 0x32, question: 2)
        #expect(condition.fault(role: "printer")?.code == .printerPaperOut)
        condition.update(realTime: 0x36, question: 2)
        #expect(condition.fault(role: "printer")?.code == .printerCoverOpen)
        #expect(PrinterCondition(automatic: [0x18, 0x08, 0, 0]).fault(role: "")?.code == .printerCutter)
        #expect(PrinterCondition(automatic: [0x10, 0x20, 0, 0]).fault(role: "")?.code == .printerError)
        #expect(PrinterCondition(automatic: [0x10, 0, 0x03, 0]).warning(role: "")?.code == .printerPaperLow)
        #expect(PrinterCondition(automatic: [0x10]).fault(role: "") == nil)
        #expect(PrinterCondition(portStatus: 0x18).fault(role: "") == nil)
        #expect(PrinterCondition(portStatus: 0x38).fault(role: "")?.code == .printerPaperOut)
    }

    @Test func `device ids are read in both byte orders, and nonsense is no id`() {
        let text = Array("MFG:Acme;CMD:ESC/POS,PCL; MDL: T 80 ;bad;".utf8)
        let length = UInt8(text.count + 2)
        for reply in [[0, length] + text, [length, 0] + text + [0, 0]] {
            let identifier = DeviceIdentifier(reply: reply)
            #expect(identifier?.manufacturer == "Acme")
            #expect(identifier?.model?.hasPrefix("T 80") == true)
            #expect(identifier?.commandSets == ["ESC/POS", "PCL"])
        }
        #expect(DeviceIdentifier(reply: []) == nil)
        #expect(DeviceIdentifier(reply: [0, 6, 0x4D, 0x46]) == nil)
        #expect(DeviceIdentifier(reply: [0xFF, 0xFF] + text) == nil)
    }

    private func document(_ slip: PrescriptionSlip, _ profile: PrinterProfile) throws -> [UInt8] {
        let blocks = PrescriptionSlipLayout(profile: profile).blocks(slip)
        return try DocumentEncoder(profile: profile).encode(PageLayout(profile: profile).elements(blocks))
    }
}
