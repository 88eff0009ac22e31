/// The rolling checksum of a write-ahead log (SQLite, "Database File Format", section 4.2).
struct LogChecksum: Equatable {
    private(set) var first: UInt32
    private(set) var second: UInt32

    init(first: UInt32 = 0, second: UInt32 = 0) {
        self.first = first
        self.second = second
    }

    /// Goes on over bytes that lie at a multiple of 4 and are a multiple of 8 long; `isBigEndian`: how their words are read.
    mutating func add(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool) {
        let words = bytes.bindMemory(to: UInt32.self)
        guard let word = words.baseAddress else { return }
        let isSwapped = isBigEndian == (UInt32(1).littleEndian == 1)
        // Plain steps: this runs over every byte of the log before the kiosk can start.
        var (one, two) = (first, second)
        var index = 0
        let count = words.count & ~1
        while index < count {
            if isSwapped {
                one = one &+ word[index].byteSwapped &+ two
                two = two &+ word[index + 1].byteSwapped &+ one
            } else {
                one = one &+ word[index] &+ two
                two = two &+ word[index + 1] &+ one
            }
            index += 2
        }
        (first, second) = (one, two)
    }
}
