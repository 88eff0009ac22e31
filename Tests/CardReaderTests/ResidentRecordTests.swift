import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import CardReader

extension SimulatedResidentCard {
    static let wang = SimulatedResidentCard(
        name: "王堃喆", sex: 2, birthDate: "19491231", number: "11010519491231002X", address: "测试路一号")
}

@Suite struct ResidentRecordTests {
    @Test func `commands are framed as the standard lists them`() {
        let frames: [(SAMCommand, [UInt8])] = [
            (.reset, [0x00, 0x03, 0x10, 0xFF, 0xEC]), (.status, [0x00, 0x03, 0x11, 0xFF, 0xED]),
            (.moduleNumber, [0x00, 0x03, 0x12, 0xFF, 0xEE]), (.findCard, [0x00, 0x03, 0x20, 0x01, 0x22]),
            (.selectCard, [0x00, 0x03, 0x20, 0x02, 0x21]), (.readTextAndPhoto, [0x00, 0x03, 0x30, 0x01, 0x32]),
        ]
        for (command, bytes) in frames { #expect(command.encoded == [0xAA, 0xAA, 0xAA, 0x96, 0x69] + bytes) }
    }

    @Test func `a reply is found in any cut of the line, behind noise, and once`() throws {
        let frame: [UInt8] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x08, 0x00, 0x00, 0x9F, 0, 0, 0, 0, 0x97]
        let line = [0x00, 0xAA, 0x13, 0xAA] + frame
        for size in 1...line.count {
            var assembler = SAMReplyAssembler()
            var replies: [SAMReply] = []
            for start in stride(from: 0, to: line.count, by: size) {
                assembler.append(Array(line[start..<min(start + size, line.count)]))
                while let reply = try assembler.next() { replies.append(reply) }
            }
            #expect(replies.map(\.status) == [0x9F] && replies.map(\.data) == [[0, 0, 0, 0]], "cut at \(size)")
            #expect(assembler.isEmpty)
        }
    }

    @Test func `a wrong checksum, a wrong length and endless noise are refused`() {
        let good: [UInt8] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04, 0x00, 0x00, 0x90, 0x94]
        for index in 5..<good.count {
            var bad = good
            bad[index] ^= 0x10
            let met = Result { () throws(SAMReply.Malformed) in
                var assembler = SAMReplyAssembler()
                assembler.append(bad)
                return try assembler.next()
            }
            // A longer length waits for more bytes; anything else is refused.
            if case .success(let reply) = met { #expect(reply == nil, "byte \(index)") }
        }
        var assembler = SAMReplyAssembler()
        #expect(throws: SAMReply.Malformed.self) {
            for _ in 0..<100 {
                assembler.append([UInt8](repeating: 0x55, count: 64))
                _ = try assembler.next()
            }
        }
    }

    @Test func `the 256 bytes of text become an identity`() throws {
        let record = try ResidentRecord(parsing: SimulatedResidentCard.wang.text)
        #expect(
            record.identity
                == PatientIdentity(
                    cardKind: .residentID, cardNumber: "", number: "11010519491231002X", name: "王堃喆", sex: .female,
                    birthDate: "1949-12-31"))
        #expect(record.validTo == CalendarDate("20400101").map(ResidentRecord.Expiry.on))
    }

    @Test func `a name keeps its inner spaces, and 长期 is a validity without end`() throws {
        var card = SimulatedResidentCard.wang
        card.set("买买提 阿不都", at: 0, length: 30)
        card.set("长期", at: 204, length: 16)
        let record = try ResidentRecord(parsing: card.text)
        #expect(record.name == "买买提 阿不都")
        #expect(record.validTo == .never)
        card.set("王\u{E863}", at: 0, length: 30)
        let rare = try ResidentRecord(parsing: card.text)
        #expect(rare.name == "王〓")
    }

    @Test func `every broken field is refused by its name and without its content`() async {
        let broken: [(Int, Int, String, FaultCode)] = [
            (0, 30, "", .cardDataInvalid), (0, 30, "王\u{1B}@", .cardDataInvalid),
            (36, 16, "19491232", .cardDataInvalid),
            (36, 16, "19491230", .cardDataInvalid), (122, 36, "110105194912310021", .cardDataInvalid),
            (122, 36, "", .cardDataInvalid), (188, 16, "20201301", .cardDataInvalid),
            (204, 16, "20190101", .cardDataInvalid), (204, 16, "短期", .cardDataInvalid), (248, 2, "I", .cardWrongKind),
            (248, 2, "Z", .cardWrongKind),
        ]
        for (offset, length, value, code) in broken {
            var card = SimulatedResidentCard.wang
            card.set(value, at: offset, length: length)
            let met = await fault { _ = try ResidentRecord(parsing: card.text) }
            #expect(met?.code == code, "\(offset)")
            #expect(met?.detail.contains("1101") == false && met?.detail.contains("王") == false)
        }
        var halved = SimulatedResidentCard.wang
        // A high surrogate that nothing follows.
        halved.text.replaceSubrange(28..<30, with: [0x00, 0xD8])
        await expectFault(.cardDataInvalid) { _ = try ResidentRecord(parsing: halved.text) }
        await expectFault(.cardDataInvalid) { _ = try ResidentRecord(parsing: Array(halved.text.dropLast())) }
    }

    @Test func `any bytes are a record or a fault, never a crash`() {
        var generator = SeededGenerator(seed: 20_261_122)
        for _ in 0..<2000 {
            var text = SimulatedResidentCard.wang.text
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                text[Int.random(in: 0..<256, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
            }
            _ = try? ResidentRecord(parsing: text)
            var assembler = SAMReplyAssembler()
            assembler.append(SAMCommand.preamble + generator.bytes(upTo: 64))
            _ = try? assembler.next()
        }
    }

    @Test func `FTDI's status bytes are taken out of every packet of a transfer`() {
        let packet: [UInt8] = [0x01, 0x60] + [UInt8](repeating: 7, count: 62)
        let payload = SerialBridge.ftdi.payload(of: packet + packet + [0x01, 0x60, 9] + [], packetSize: 64)
        #expect(payload == [UInt8](repeating: 7, count: 124) + [9])
        #expect(SerialBridge.ftdi.payload(of: [0x01], packetSize: 64).isEmpty)
        #expect(SerialBridge.none.payload(of: packet, packetSize: 64) == packet)
    }

    @Test func `the photo never shows in what a reading prints`() throws {
        let card = SimulatedResidentCard.wang
        let reading = try ResidentReading(parsing: [0x01, 0x00, 0x04, 0x00] + card.text + card.photo)
        #expect("\(reading.photo)" == "<redacted>")
        #expect(reading.photo.reveal { $0 == card.photo })
    }
}
