import KioskModel
import USBTransport

/// Recordings of receipt printers: commands stay, everything that becomes ink is replaced.
///
/// Chinese characters become 测试, letters `x`, digits `0`; QR codes and barcodes the same, rasters white.
public struct ESCPOSRedactor: USBRecordingRedactor {
    public init() {}

    public func redact(_ recording: inout USBRecording) throws(Fault) {
        // What a printer did not take is sent again: only what was taken is the stream.
        for index in recording.transfers.indices {
            guard let taken = recording.transfers[index].taken, let bytes = recording.transfers[index].out?.bytes,
                taken < bytes.count
            else { continue }
            recording.transfers[index].out?.bytes =
                bytes.prefix(max(0, taken)) + [UInt8](repeating: 0, count: bytes.count - max(0, taken))
        }
        for endpoint in recording.device.interfaces.flatMap(\.endpoints) where endpoint.count > 2 {
            guard endpoint[0] & 0x80 == 0 else { continue }
            var stream = USBRecordedStream(recording, endpoint: UInt8(truncatingIfNeeded: endpoint[0]), .toDevice)
            let bytes = stream.bytes
            stream.replace(0..<bytes.count, with: Self.redacted(bytes))
            stream.write(to: &recording)
        }
    }

    static func redacted(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes[...]
        var isFirst = true
        while let byte = rest.first {
            if let command = InkCommand.first(of: rest) {
                result += command
                rest = rest.dropFirst(command.count)
            } else if byte >= 0x81, rest.count > 1 {
                let second = rest[rest.startIndex + 1]
                let isLong = (0x30...0x39).contains(second) && rest.count > 3
                result += isLong ? [0xB2, 0xE2, 0xCA, 0xD4] : isFirst ? [0xB2, 0xE2] : [0xCA, 0xD4]
                if !isLong { isFirst.toggle() }
                rest = rest.dropFirst(isLong ? 4 : 2)
            } else {
                result.append(masked(byte))
                rest = rest.dropFirst()
            }
        }
        return result
    }

    fileprivate static func masked(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x30...0x39: UInt8(ascii: "0")
        case 0x41...0x5A, 0x61...0x7A: UInt8(ascii: "x")
        case 0x09...0x0D, 0x20...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: byte
        default: 0x20
        }
    }
}

/// Commands taken off the front of a stream, with what they would print replaced.
private enum InkCommand {
    /// The command at the start of some bytes; nil where they begin with none.
    static func first(of stream: ArraySlice<UInt8>) -> [UInt8]? {
        let head = Array(stream.prefix(8))
        guard head.count > 1 else { return nil }
        switch (head[0], head[1]) {
        case (0x1B, 0x40), (0x1B, 0x32), (0x1C, _): return Array(stream.prefix(2))
        case (0x10, 0x14): return Array(stream.prefix(10))
        case (0x10, 0x04), (0x10, 0x05), (0x1B, _): return Array(stream.prefix(3))
        case (0x1D, let name): return group(stream, name, head)
        default: return nil
        }
    }

    private static func group(_ stream: ArraySlice<UInt8>, _ name: UInt8, _ head: [UInt8]) -> [UInt8] {
        switch name {
        case UInt8(ascii: "("): return block(stream, head)
        case UInt8(ascii: "k"):
            guard head.count > 3, head[2] >= 65 else { return Array(stream.prefix(4)) }
            let count = 4 + Int(head[3])
            return masked(stream, keeping: min(6, count), of: count)
        case UInt8(ascii: "v"):
            guard head.count == 8 else { return Array(stream.prefix(8)) }
            let count = 8 + (Int(head[4]) | Int(head[5]) << 8) * (Int(head[6]) | Int(head[7]) << 8)
            let whole = Array(stream.prefix(count))
            return whole.prefix(8) + [UInt8](repeating: 0, count: whole.count - 8)
        case UInt8(ascii: "V"):
            return Array(stream.prefix(head.count > 2 && [0x41, 0x42].contains(head[2]) ? 4 : 3))
        case UInt8(ascii: "L"), UInt8(ascii: "W"), UInt8(ascii: "P"): return Array(stream.prefix(4))
        default: return Array(stream.prefix(3))
        }
    }

    /// GS ( fn pL pH …: a fence and the settings of a QR code stay, its text and all else does not.
    private static func block(_ stream: ArraySlice<UInt8>, _ head: [UInt8]) -> [UInt8] {
        guard head.count >= 5 else { return Array(stream.prefix(5)) }
        let length = Int(head[3]) | Int(head[4]) << 8
        switch head[2] {
        case UInt8(ascii: "H") where length == 6: return Array(stream.prefix(11))
        case UInt8(ascii: "k") where length <= 4: return Array(stream.prefix(5 + length))
        default: return masked(stream, keeping: min(8, 5 + length), of: 5 + length)
        }
    }

    private static func masked(_ stream: ArraySlice<UInt8>, keeping head: Int, of count: Int) -> [UInt8] {
        let whole = Array(stream.prefix(count))
        return whole.prefix(head)
            + whole.dropFirst(head).map { $0 >= 0x80 ? UInt8(ascii: "x") : ESCPOSRedactor.masked($0) }
    }
}
