/// What a card says in its historical bytes of long commands (ISO 7816-4 section 8.1.1.2.7, table 86 to 88).
struct CardCapabilities: Sendable, Hashable {
    /// Lc and Le of the extended form.
    let takesExtended: Bool
    /// One command in several APDUs.
    let chainsCommands: Bool

    /// Both are false where the card says nothing of it.
    init(_ answer: AnswerToReset) {
        let third = Self.capabilities(of: answer.historical).dropFirst(2).first ?? 0
        takesExtended = third & 0x40 != 0
        chainsCommands = third & 0x80 != 0
    }

    /// The value of compact-TLV object 7x; category 00 ends with three status bytes, 80 with none.
    private static func capabilities(of historical: [UInt8]) -> ArraySlice<UInt8> {
        guard let category = historical.first, category == 0x00 || category == 0x80 else { return [] }
        var rest = category == 0x00 ? historical.dropFirst().dropLast(3) : historical.dropFirst()
        while let header = rest.first {
            let value = rest.dropFirst().prefix(Int(header & 0x0F))
            if header >> 4 == 7 { return value }
            rest = rest.dropFirst(1 + Int(header & 0x0F))
        }
        return []
    }
}
