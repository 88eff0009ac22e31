/// What a class of devices leaves to the host's choice in each message, so that a replay must not insist on it.
enum ReplayRule: Sendable {
    /// The bytes as they are.
    case exact
    /// bSeq counts from a random number; what is verified or signed was redacted (USB CCID 1.1 section 6).
    case ccid
    /// A fence has the host's number; documents are the host's business (ESC/POS).
    case printer

    private static let fence: [UInt8] = [0x1D, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30]
    private static let sequence = 6

    init(interfaceClass: UInt8) {
        self =
            switch interfaceClass {
            case 0x0B: .ccid
            case 0x07: .printer
            default: .exact
            }
    }

    /// Whether writes that are not in the recording are no divergence.
    var takesAnything: Bool { self == .printer }

    /// The message without the host's choices.
    func key(_ bytes: [UInt8]) -> [UInt8] {
        var key = bytes
        switch self {
        case .exact: break
        case .ccid:
            guard key.count >= 10 else { return key }
            key[Self.sequence] = 0
            // VERIFY and GENERAL AUTHENTICATE.
            if key[0] == 0x6F, key.count > 14, [0x20, 0x87].contains(key[11]) { key = Array(key.prefix(14)) }
        case .printer:
            if let place = key.firstRange(of: Self.fence), place.upperBound + 4 <= key.count {
                key.replaceSubrange(place.upperBound..<(place.upperBound + 4), with: [0, 0, 0, 0])
            }
        }
        return key
    }

    /// The recorded question that comes nearest to one that was not recorded; nil where none does.
    func loosely(_ bytes: [UInt8], among keys: some Sequence<[UInt8]>) -> [UInt8]? {
        guard self == .printer, bytes.firstRange(of: Self.fence) != nil else { return nil }
        return keys.filter { $0.firstRange(of: Self.fence) != nil }.max { $0.count < $1.count }
    }

    /// A recorded answer with the host's choice of now in it.
    func answer(_ recorded: [UInt8], to question: [UInt8]) -> [UInt8] {
        var answer = recorded
        switch self {
        case .exact: break
        case .ccid:
            if answer.count >= 10, question.count >= 10 { answer[Self.sequence] = question[Self.sequence] }
        case .printer:
            guard let asked = question.firstRange(of: Self.fence), asked.upperBound + 4 <= question.count,
                let place = answer.firstRange(of: [0x37, 0x22]), place.upperBound + 4 <= answer.count
            else { break }
            answer.replaceSubrange(
                place.upperBound..<(place.upperBound + 4), with: question[asked.upperBound..<(asked.upperBound + 4)])
        }
        return answer
    }
}
