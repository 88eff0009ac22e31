import KioskModel
import KioskTestSupport
import Testing

@testable import CardReader

struct CCIDCodecTests {
    @Test func `commands have the layout of the specification`() {
        let transfer = CCIDCommand(
            request: .transfer(block: [0x00, 0xA4, 0x04, 0x00], level: 0x0010), slot: 0, sequence: 0xFE)
        #expect(transfer.encoded == [0x6F, 4, 0, 0, 0, 0, 0xFE, 0, 0x10, 0x00, 0x00, 0xA4, 0x04, 0x00])
        let on = CCIDCommand(request: .powerOn(select: 3), slot: 2, sequence: 1)
        #expect(on.encoded == [0x62, 0, 0, 0, 0, 2, 1, 3, 0, 0])
        #expect(CCIDCommand(request: .powerOff, slot: 0, sequence: 2).encoded[0] == 0x63)
        #expect(CCIDCommand(request: .slotStatus, slot: 0, sequence: 3).encoded[0] == 0x65)
    }

    @Test func `a reply tells card state, outcome and data`() throws {
        let reply = try CCIDReply(parsing: [0x80, 2, 0, 0, 0, 0, 7, 0x00, 0x00, 0x01, 0x90, 0x00])
        #expect(reply.card == .active)
        #expect(reply.outcome == .done)
        #expect(reply.sequence == 7)
        #expect(reply.parameter == 1)
        #expect(reply.data == [0x90, 0x00])
        let mute = try CCIDReply(parsing: [0x80, 0, 0, 0, 0, 0, 7, 0x41, 0xFE, 0])
        #expect(mute.card == .inactive)
        #expect(mute.outcome == .failed(0xFE))
        let later = try CCIDReply(parsing: [0x80, 0, 0, 0, 0, 0, 7, 0x80, 3, 0])
        #expect(later.outcome == .timeExtension(3))
    }

    @Test(arguments: [
        [UInt8](), [0x80], [0x80, 0, 0, 0, 0, 0, 1, 0, 0], [0x80, 1, 0, 0, 0, 0, 1, 0, 0, 0],
        [0x80, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x90], [0x80, 0xFF, 0xFF, 0xFF, 0xFF, 0, 1, 0, 0, 0, 0x90],
        [0x80, 0, 0, 0, 0, 0, 1, 0x03, 0, 0], [0x80, 0, 0, 0, 0, 0, 1, 0xC0, 0, 0],
    ])
    func `a reply whose length or status is wrong is refused`(_ bytes: [UInt8]) {
        #expect(throws: CCIDReply.FormatError.self) { _ = try CCIDReply(parsing: bytes) }
    }

    @Test(arguments: [1, 20_261_122] as [UInt64])
    func `random bytes crash no parser`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<20_000 {
            let bytes = generator.bytes(upTo: 80)
            if (try? CCIDReply(parsing: bytes)) != nil { accepted += 1 }
            _ = CCIDSlotChange(parsing: bytes)
            _ = AnswerToReset(parsing: [0x3B] + bytes)
            _ = try? CCIDClassDescriptor(parsing: [54, 0x21] + bytes, role: "reader")
            _ = ResponseAPDU(parsing: bytes)
            _ = try? TagLengthValue.ber(bytes)
            _ = try? TagLengthValue.simple(bytes)
            _ = DERSignature.raw([0x30] + bytes)
        }
        #expect(accepted < 100, "seed \(seed)")
    }

    @Test func `a slot change tells presence and change of the slot that is asked for`() throws {
        let inserted = try #require(CCIDSlotChange(parsing: [0x50, 0x03]))
        #expect(inserted.present && inserted.changed)
        let otherSlot = try #require(CCIDSlotChange(parsing: [0x50, 0x0C]))
        #expect(!otherSlot.present && !otherSlot.changed)
        let second = try #require(CCIDSlotChange(parsing: [0x50, 0x0C], slot: 1))
        #expect(second.present && second.changed)
        let fifth = try #require(CCIDSlotChange(parsing: [0x50, 0xFF, 0x02], slot: 4))
        #expect(!fifth.present && fifth.changed)
        #expect(CCIDSlotChange(parsing: [0x50, 0x0C], slot: 4) == nil)
        #expect(CCIDSlotChange(parsing: [0x51, 0, 1, 2]) == nil)
        #expect(CCIDSlotChange(parsing: [0x50]) == nil)
    }

    @Test func `an answer to reset is followed through its interface bytes`() throws {
        let piv: [UInt8] = [0x3B, 0xD5, 0x18, 0xFF, 0x81, 0x91, 0xFE, 0x1F, 0xC3, 1, 2, 3, 4, 5, 0x10]
        let answer = try #require(AnswerToReset(parsing: piv))
        #expect(answer.protocols == [1, 15])
        #expect(answer.historical == [1, 2, 3, 4, 5])
        let plain = try #require(AnswerToReset(parsing: [0x3B, 0x02, 0x14, 0x50]))
        #expect(plain.protocols == [0])
        for count in 0..<14 { #expect(AnswerToReset(parsing: Array(piv.prefix(count))) == nil) }
        #expect(AnswerToReset(parsing: [0x3B, 0x8F] + [UInt8](repeating: 0x80, count: 40)) == nil)
    }

    @Test func `data of more than 255 bytes takes the extended form, or a chain of short commands`() throws {
        let data = (0..<600).map { UInt8(truncatingIfNeeded: $0) }
        let command = CommandAPDU(0x00, 0xDB, 0x3F, 0xFF, data: data, expected: 0)
        let extended = try #require(command.encoded)
        #expect(extended.prefix(7) == [0x00, 0xDB, 0x3F, 0xFF, 0, 0x02, 0x58])
        #expect(extended.count == 7 + 600 + 2)
        let chain = command.chained
        #expect(chain.map(\.cla) == [0x10, 0x10, 0x00])
        #expect(chain.map(\.data.count) == [255, 255, 90])
        #expect(chain.map(\.expected) == [nil, nil, 0])
        #expect(chain.flatMap(\.data) == data)
        #expect(CommandAPDU(0, 0xDB, 0, 0, data: [UInt8](repeating: 0, count: 65_536)).encoded == nil)
    }

    @Test(
        arguments: [
            // T=1 with capabilities 73 00 21 C0, category 80.
            ([0x3B, 0x85, 0x01, 0x80, 0x73, 0x00, 0x21, 0xC0, 0x16], true, true),
            // Category 00 with its three status bytes; a shorter object before; chaining alone.
            ([0x3B, 0x0A, 0x00, 0x31, 0x80, 0x73, 0x00, 0x21, 0x80, 0x00, 0x90, 0x00], false, true),
            // Capabilities of one byte, another category, none.
            ([0x3B, 0x03, 0x80, 0x71, 0xC0], false, false), ([0x3B, 0x05, 0x10, 0x73, 0, 0, 0xC0], false, false),
            ([0x3B, 0x00], false, false), ([0x3B, 0x02, 0x80, 0x73], false, false),
        ] as [([UInt8], Bool, Bool)])
    func `what a card says of long commands is read from its historical bytes`(
        _ bytes: [UInt8], _ extended: Bool, _ chains: Bool
    ) throws {
        let capabilities = CardCapabilities(try #require(AnswerToReset(parsing: bytes)))
        #expect(capabilities.takesExtended == extended && capabilities.chainsCommands == chains)
    }

    @Test func `printing an APDU never shows its data`() {
        let verify = CommandAPDU(0x00, 0x20, 0x00, 0x80, data: Array("123456".utf8) + [0xFF, 0xFF])
        var dumped = ""
        dump(verify, to: &dumped)
        for text in ["\(verify)", String(reflecting: verify), dumped] {
            #expect(!text.contains("123456") && !text.contains("49") && !text.contains("0x31"))
        }
        let response = ResponseAPDU(data: [0x53, 0x54], status: .success)
        #expect("\(response)" == "SW 9000")
    }

    @Test func `a signature in DER becomes r and s of 32 bytes`() {
        let r = [UInt8](repeating: 0x7F, count: 32)
        let s = [UInt8](repeating: 0x80, count: 32)
        let der = [0x30, 69, 0x02, 32] + r + [0x02, 33, 0x00] + s
        #expect(DERSignature.raw(der) == r + s)
        let zeros = [UInt8](repeating: 0, count: 31)
        #expect(DERSignature.raw([0x30, 6, 0x02, 1, 5, 0x02, 1, 6]) == zeros + [5] + zeros + [6])
        // Cut short, longer than declared, negative, not shortest, long form, too long.
        #expect(DERSignature.raw(Array(der.dropLast())) == nil)
        #expect(DERSignature.raw(der + [0]) == nil)
        #expect(DERSignature.raw([0x30, 68, 0x02, 32] + r + [0x02, 32] + s) == nil)
        #expect(DERSignature.raw([0x30, 7, 0x02, 2, 0, 5, 0x02, 1, 6]) == nil)
        #expect(DERSignature.raw([0x30, 0x81, 6, 0x02, 1, 5, 0x02, 1, 6]) == nil)
        #expect(DERSignature.raw([0x30, 38, 0x02, 33] + [0x01] + r + [0x02, 1, 6]) == nil)
    }
}
