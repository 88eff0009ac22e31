import KioskModel
import KioskPlatform
import USBTransport

/// Recordings of CCID readers: whatever cards and readers said of a person is replaced, PINs are `1111…`.
///
/// Status words, lengths and the records' tags stay. What is read of a doctor's card is zeros: a certificate of the same
/// length that checks out can't be made, so that a replay of it ends in K-DOC-008.
public struct CCIDRedactor: USBRecordingRedactor {
    public init() {}

    public func redact(_ recording: inout USBRecording) throws(Fault) {
        var conversation = CardConversation()
        let interrupts = Set(
            recording.device.interfaces.flatMap(\.endpoints).filter { $0.count > 1 && $0[1] & 3 == 3 }.map { $0[0] })
        for index in recording.transfers.indices {
            let transfer = recording.transfers[index]
            if transfer.kind == .control {
                // Class requests carry clock rates and data rates; vendors' may carry anything.
                recording.transfers[index].in?.bytes.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
                recording.transfers[index].out?.bytes.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
            } else if let out = transfer.out?.bytes {
                recording.transfers[index].out?.bytes = conversation.command(out)
            } else if let input = transfer.in?.bytes {
                let isInterrupt = transfer.target.map { interrupts.contains(Int($0)) } ?? false
                recording.transfers[index].in?.bytes =
                    isInterrupt ? Self.notification(input) : conversation.reply(input)
            }
        }
        try conversation.leaks.check(recording)
    }

    /// RDR_to_PC_NotifySlotChange and HardwareError hold slots and no more (USB CCID 1.1 section 6.3).
    private static func notification(_ bytes: [UInt8]) -> [UInt8] {
        guard let type = bytes.first, [0x50, 0x51].contains(type), bytes.count <= 8 else {
            return [UInt8](repeating: 0, count: bytes.count)
        }
        return bytes
    }
}

/// What reader and host say to one another, message by message.
private struct CardConversation {
    private enum Pending {
        case nothing, powerOn
        /// An APDU's INS and P1.
        case apdu(UInt8, UInt8)
    }

    private enum Instruction {
        static let verify: UInt8 = 0x20
        static let select: UInt8 = 0xA4
        static let readRecord: UInt8 = 0xB2
        static let getResponse: UInt8 = 0xC0
        static let getData: UInt8 = 0xCB
    }

    private static let header = CCIDCommand.headerLength
    private var pending = Pending.nothing
    /// The bytes of the card's answer that came so far: it may come in several blocks or by GET RESPONSE.
    private var answer: [UInt8] = []
    var leaks = LeakCheck()

    /// A message to the reader, with what a person entered replaced.
    mutating func command(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= Self.header else { return [UInt8](repeating: 0, count: bytes.count) }
        let body = Array(bytes.dropFirst(Self.header))
        switch bytes[0] {
        case 0x62: pending = .powerOn
        case 0x6F:
            let isBeginning = bytes[9] == 0 && bytes[8] < 2
            return bytes.prefix(Self.header) + (isBeginning ? apdu(body) : [UInt8](repeating: 0, count: body.count))
        // PC_to_RDR_SetParameters and the empty ones; an escape may hold anything.
        case 0x61, 0x63, 0x65, 0x6C, 0x6D: break
        default: return bytes.prefix(Self.header) + [UInt8](repeating: 0, count: body.count)
        }
        return bytes
    }

    private mutating func apdu(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 4 else { return [UInt8](repeating: 0, count: bytes.count) }
        if bytes[1] != Instruction.getResponse {
            pending = .apdu(bytes[1], bytes[2])
            answer = []
        }
        guard bytes.count > 5 else { return bytes }
        switch bytes[1] {
        case Instruction.select, Instruction.getData: return bytes
        case Instruction.verify: return bytes.prefix(5) + bytes.dropFirst(5).map { $0 == 0xFF ? 0xFF : 0x31 }
        default: return bytes.prefix(5) + [UInt8](repeating: 0, count: bytes.count - 5)
        }
    }

    /// A message from the reader, with what a card said replaced.
    mutating func reply(_ bytes: [UInt8]) -> [UInt8] {
        let body = Array(bytes.dropFirst(Self.header))
        guard !body.isEmpty else { return bytes }
        let head = Array(bytes.prefix(Self.header))
        let nothing = head + [UInt8](repeating: 0, count: body.count)
        if bytes[0] == 0x82 { return bytes }
        guard bytes[0] == CCIDReply.dataBlock else { return nothing }
        switch pending {
        case .nothing: return nothing
        case .powerOn: return head + Self.answerToReset(body)
        case .apdu(let instruction, let parameter):
            let isLast = bytes[9] == 0 || bytes[9] == 2
            let status = isLast ? Array(body.suffix(2)) : []
            let data = Array(body.dropLast(status.count))
            let offset = answer.count
            answer += data
            guard instruction == Instruction.readRecord else {
                return head + [UInt8](repeating: 0, count: data.count) + status
            }
            let record = self.record(parameter)
            return head + record[offset...] + status
        }
    }

    /// The record as far as it came, with another value in it.
    private mutating func record(_ tag: UInt8) -> [UInt8] {
        guard answer.count >= 2, answer[0] == tag else { return [UInt8](repeating: 0, count: answer.count) }
        let value = Array(answer.dropFirst(2))
        let synthetic: [UInt8]
        switch tag {
        case 0x02: synthetic = value.map { _ in 0x31 }
        case 0x05: synthetic = [0x20, 0x20, 0x01, 0x01]
        case 0x06: synthetic = [0x20, 0x40, 0x01, 0x01]
        case 0x08:
            leaks.mustBeGone(String(decoding: value, as: UTF8.self))
            synthetic = SyntheticHolder.number
        case 0x09:
            if let name = TextEncoding.gb18030.decode(value) { leaks.mustBeGone(name) }
            synthetic = SyntheticHolder.gbk(value)
        // Sex and nation: as ASCII digits or as numbers.
        case 0x0A, 0x0B: synthetic = value.map { $0 >= 0x30 ? 0x31 : 0x01 }
        case 0x0C: synthetic = [0x11, 0x01, 0x05]
        case 0x0D: synthetic = SyntheticHolder.birthDateBCD
        default:
            leaks.mustBeGone(String(decoding: value, as: UTF8.self))
            synthetic = SyntheticHolder.masked(value)
        }
        let padded = synthetic.prefix(value.count) + [UInt8](repeating: 0, count: max(0, value.count - synthetic.count))
        return Array(answer.prefix(2)) + padded
    }

    /// The historical bytes may hold a chip's serial; TCK is reckoned anew (ISO 7816-3 section 8.2.5).
    private static func answerToReset(_ bytes: [UInt8]) -> [UInt8] {
        guard let parsed = AnswerToReset(parsing: bytes) else { return [UInt8](repeating: 0, count: bytes.count) }
        let hasCheck = parsed.protocols.contains { $0 != 0 }
        let end = bytes.count - (hasCheck ? 1 : 0)
        let start = max(2, end - parsed.historical.count)
        guard start < end else { return bytes }
        var result = bytes
        result.replaceSubrange(start..<end, with: [UInt8](repeating: 0, count: end - start))
        if hasCheck { result[end] = result[1..<end].reduce(0, ^) }
        return result
    }
}
