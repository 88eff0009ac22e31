import KioskModel

@testable import CardReader
@testable import ReceiptPrinter
@testable import USBTransport

/// A decoder of bytes from outside: it takes any bytes, and may refuse them but not crash, hang or grow.
///
/// Tests/DecoderFuzz compiles this file too: a target needs no more than the files that script/fuzz-decoders lists.
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
