/// How many messages go into one request: begins with one, doubles while it goes well, halves where it does not.
///
/// So the first request after a failure is a probe with a single message, and no request takes much longer than wanted.
struct BatchLimit {
    private let most: Int
    private let time: Duration
    private(set) var current = 1
    /// The platform was seen to take no batches.
    private(set) var isOff = false

    init(most: Int, time: Duration) {
        self.most = max(1, most)
        self.time = time
    }

    mutating func probe() {
        current = 1
        isOff = false
    }

    mutating func turnOff() {
        current = 1
        isOff = true
    }

    mutating func went(well: Bool, in took: Duration) {
        guard !isOff else { return }
        current = well && took <= time ? min(most, current * 2) : max(1, current / 2)
    }
}
