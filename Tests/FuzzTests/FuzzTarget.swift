import KioskModel
import KioskTestSupport

@testable import CardReader
@testable import ReceiptPrinter
@testable import USBTransport

/// A decoder of bytes from outside: it takes any bytes, and may refuse them but not crash, hang or grow.
struct FuzzTarget: Sendable {
    let name: String
    let run: @Sendable ([UInt8]) -> Void

    static let all = [
        FuzzTarget(name: "ccid") { bytes in
            _ = try? CCIDReply(parsing: bytes)
            _ = CCIDSlotChange(parsing: bytes)
            _ = try? CCIDClassDescriptor(parsing: bytes, role: "reader")
        },
        FuzzTarget(name: "atr") { _ = AnswerToReset(parsing: $0) },
        FuzzTarget(name: "tlv") { bytes in
            _ = try? TagLengthValue.simple(bytes)
            _ = try? TagLengthValue.ber(bytes)
            var records = SocialSecurityRecords()
            for record in SocialSecurityRecords.Record.allCases { try? records.add(bytes, for: record) }
            _ = try? records.identity()
        },
        FuzzTarget(name: "id-record") { bytes in
            _ = try? ResidentRecord(parsing: bytes)
            _ = try? ResidentReading(parsing: bytes)
            var assembler = SAMReplyAssembler()
            // As a line brings them: the first byte says in which pieces.
            let piece = Int(bytes.first ?? 0) % 64 + 1
            for start in stride(from: 0, to: bytes.count, by: piece) {
                assembler.append(Array(bytes[start..<min(start + piece, bytes.count)]))
                while let reply = try? assembler.next() { _ = SAMStatus(rawValue: reply.status)?.words }
            }
        },
        FuzzTarget(name: "printer-status") { bytes in
            var demultiplexer = ReplyDemultiplexer()
            for byte in bytes { _ = demultiplexer.feed([byte]) }
            demultiplexer.reset()
            _ = demultiplexer.feed(bytes)
            _ = DeviceIdentifier(reply: bytes)
        },
        FuzzTarget(name: "usbip") { bytes in
            _ = try? USBIPMessage(decoding: bytes)
            _ = try? USBIPOperationHeader(decoding: bytes)
            _ = try? USBIPDeviceRecord(decoding: bytes)
            _ = try? USBIPListedDevice.decodeCount(bytes)
            _ = try? USBIPListedDevice.decodeInterfaces(bytes)
        },
        FuzzTarget(name: "descriptors") { bytes in
            _ = try? USBDeviceDescriptor(parsing: bytes)
            _ = try? USBConfiguration.parse(bytes)
            _ = USBStringDescriptor.text(bytes)
            _ = USBStringDescriptor.firstLanguage(bytes)
        },
    ]
}

/// Makes inputs from seeds: bits flipped, bytes set to what breaks length fields, pieces cut, doubled and joined.
struct SeedMutator {
    static let longest = 4096
    private static let edges: [UInt8] = [0x00, 0x01, 0x02, 0x7F, 0x80, 0xFE, 0xFF]

    var generator: SeededGenerator
    let seeds: [[UInt8]]

    mutating func next() -> [UInt8] {
        var bytes = seeds.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &generator) { change(&bytes) }
        return Array(bytes.prefix(Self.longest))
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        guard let index = bytes.indices.randomElement(using: &generator) else {
            bytes = generator.bytes(upTo: 32)
            return
        }
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
        case 1: bytes[index] = Self.edges.randomElement(using: &generator) ?? 0
        case 2: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
        case 3: bytes.removeSubrange(index...)
        case 4: bytes.insert(contentsOf: generator.bytes(upTo: 16), at: index)
        case 5: bytes.insert(contentsOf: bytes[index...].prefix(64), at: index)
        default: bytes = Array(bytes[..<index]) + (seeds.randomElement(using: &generator) ?? []).dropFirst(index)
        }
    }
}
