/// Answers of simulated cards.
enum SimulatedAnswer {
    static func status(_ word: UInt16) -> [UInt8] { [UInt8(word >> 8), UInt8(truncatingIfNeeded: word)] }
}

/// What a card holds back for GET RESPONSE: the first part is answered, `61xx` announces the rest.
struct SimulatedPendingData {
    private var rest: [UInt8] = []

    mutating func answer(_ data: [UInt8], upTo limit: Int) -> [UInt8] {
        rest = Array(data.dropFirst(limit))
        let part = Array(data.prefix(limit))
        return part + (rest.isEmpty ? SimulatedAnswer.status(0x9000) : announcement)
    }

    /// All of it is held back, as a card under T=0 does for a command without Le.
    mutating func hold(_ data: [UInt8]) -> [UInt8] {
        rest = data
        return announcement
    }

    mutating func getResponse(upTo limit: Int) -> [UInt8] {
        rest.isEmpty ? SimulatedAnswer.status(0x6985) : answer(rest, upTo: limit)
    }

    mutating func clear() { rest = [] }

    private var announcement: [UInt8] { [0x61, rest.count >= 256 ? 0 : UInt8(rest.count)] }
}
