import KioskModel
import KioskPlatform
import USBTransport

/// Recordings of resident ID card readers: text and photo of a card are replaced, checksums reckoned anew.
public struct ResidentIDRedactor: USBRecordingRedactor {
    public init() {}

    public func redact(_ recording: inout USBRecording) throws(Fault) {
        let device = recording.device
        let bridge = SerialBridge(vendorID: device.vendorID, productID: device.productID)
        var leaks = LeakCheck()
        for endpoint in device.interfaces.flatMap(\.endpoints) where endpoint.count > 2 && endpoint[0] & 0x80 != 0 {
            let packet = endpoint[2]
            var stream = USBRecordedStream(recording, endpoint: UInt8(truncatingIfNeeded: endpoint[0]), .fromDevice) {
                bridge.payloadRanges(ofTransfer: $0, packetSize: packet)
            }
            Self.redact(&stream, &leaks)
            stream.write(to: &recording)
        }
        for index in recording.transfers.indices where recording.transfers[index].kind == .write {
            guard let bytes = recording.transfers[index].out?.bytes, !Self.isCommand(bytes) else { continue }
            recording.transfers[index].out?.bytes = [UInt8](repeating: 0, count: bytes.count)
        }
        try leaks.check(recording)
    }

    private static func isCommand(_ bytes: [UInt8]) -> Bool {
        SAMCommand.allCases.contains { $0.encoded == bytes }
    }

    /// Replaces what is in whole frames; bytes that belong to none become zeros.
    private static func redact(_ stream: inout USBRecordedStream, _ leaks: inout LeakCheck) {
        let preamble = SAMCommand.preamble
        var index = 0
        while index < stream.bytes.count {
            let rest = stream.bytes[index...]
            guard rest.starts(with: preamble), rest.count >= preamble.count + 2,
                let length = try? SAMReply.length(of: rest.dropFirst(preamble.count)),
                rest.count >= preamble.count + 2 + length
            else {
                // Beginnings of a preamble are no person's.
                if !preamble.contains(stream.bytes[index]) { stream.replace(index..<(index + 1), with: [0]) }
                index += 1
                continue
            }
            let body = (index + preamble.count)..<(index + preamble.count + 2 + length)
            // Len, three status bytes, the data, XOR.
            let data = (body.lowerBound + 5)..<(body.upperBound - 1)
            stream.replace(data, with: synthetic(Array(stream.bytes[data]), &leaks))
            let sum = stream.bytes[body.lowerBound..<(body.upperBound - 1)].reduce(0, ^)
            stream.replace((body.upperBound - 1)..<body.upperBound, with: [sum])
            index = body.upperBound
        }
    }

    private static func synthetic(_ data: [UInt8], _ leaks: inout LeakCheck) -> [UInt8] {
        let whole = ResidentRecord.length + ResidentReading.photoLength
        // Two lengths before the text, or three where a fingerprint follows.
        let head = data.count == whole + 4 ? 4 : 6
        guard data.count >= whole + head, data.starts(with: [0x01, 0x00]) else {
            return [UInt8](repeating: 0, count: data.count)
        }
        let text = record(Array(data[head..<(head + ResidentRecord.length)]), &leaks)
        return data.prefix(head) + text + [UInt8](repeating: 0, count: data.count - head - text.count)
    }

    private static func record(_ text: [UInt8], _ leaks: inout LeakCheck) -> [UInt8] {
        for field in [0..<30, 52..<122, 122..<158] {
            if let words = TextEncoding.utf16LittleEndian.decode(Array(text[field])) { leaks.mustBeGone(words) }
        }
        var result = SyntheticHolder.utf16(text)
        // The kind of card is nobody's secret, and decides how the rest is read.
        result.replaceSubrange(248..<250, with: text[248..<250])
        guard [0x20, 0x00, UInt8(ascii: "J")].contains(text[248]) else { return result }
        func set(_ offset: Int, _ value: String) {
            let bytes = SyntheticHolder.utf16(ascii: Array(value.utf8))
            result.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
        }
        set(30, "1")
        set(32, "01")
        set(36, SyntheticHolder.birthDate)
        set(122, String(decoding: SyntheticHolder.number, as: UTF8.self))
        set(188, "20200101")
        let isForever = TextEncoding.utf16LittleEndian.decode(Array(text[204..<208])) == "长期"
        if isForever { result.replaceSubrange(204..<220, with: text[204..<220]) } else { set(204, "20400101") }
        return result
    }
}
