/// Lets one caller in at a time, in the order of arrival.
struct CallQueue {
    private(set) var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// True where the caller may go in now; otherwise it must `wait`.
    mutating func enter() -> Bool {
        guard !isBusy else { return false }
        isBusy = true
        return true
    }

    mutating func wait(_ continuation: CheckedContinuation<Void, Never>) { waiting.append(continuation) }

    /// Hands on to the next caller, or opens.
    mutating func leave() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }
}
