/// The outcomes that wait for their acknowledgement, oldest first.
struct HeldOutcomes {
    static let capacity = 32

    private(set) var count = 0
    private var entries = InlineArray<32, JournalEntry>(
        repeating: JournalEntry(DispenseOrder(transaction: 0, slot: 0, count: 0), state: .forgotten))

    var isFull: Bool { count >= Self.capacity }

    func entry(at index: Int) -> JournalEntry? { index >= 0 && index < count ? entries[index] : nil }

    func entry(for transaction: UInt32) -> JournalEntry? { position(of: transaction).map { entries[$0] } }

    /// Adds an outcome or replaces the one of the same transaction; false where there is no room.
    mutating func insert(_ entry: JournalEntry) -> Bool {
        if let position = position(of: entry.transaction) {
            entries[position] = entry
            return true
        }
        guard !isFull else { return false }
        entries[count] = entry
        count += 1
        return true
    }

    mutating func remove(_ transaction: UInt32) {
        guard let position = position(of: transaction) else { return }
        for index in position..<(count - 1) { entries[index] = entries[index + 1] }
        count -= 1
    }

    private func position(of transaction: UInt32) -> Int? {
        for index in 0..<count where entries[index].transaction == transaction { return index }
        return nil
    }
}
