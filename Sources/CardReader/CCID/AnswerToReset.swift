/// A card's answer to reset (ISO 7816-3 section 8.2), as far as it shows that a card speaks.
struct AnswerToReset: Sendable, Hashable {
    let bytes: [UInt8]
    /// The transmission protocols that it offers: 0, 1.
    let protocols: Set<UInt8>
    let historical: [UInt8]

    /// Nil where the bytes are no answer to reset.
    init?(parsing bytes: [UInt8]) {
        guard (2...33).contains(bytes.count), bytes[0] == 0x3B || bytes[0] == 0x3F else { return nil }
        var protocols: Set<UInt8> = []
        var index = 2
        var present = bytes[1] >> 4
        while true {
            index += (present & 0b0111).nonzeroBitCount
            guard present & 0b1000 != 0 else { break }
            guard index < bytes.count else { return nil }
            protocols.insert(bytes[index] & 0x0F)
            present = bytes[index] >> 4
            index += 1
        }
        let end = index + Int(bytes[1] & 0x0F)
        guard end <= bytes.count else { return nil }
        self.protocols = protocols.isEmpty ? [0] : protocols
        historical = Array(bytes[index..<end])
        self.bytes = bytes
    }
}
