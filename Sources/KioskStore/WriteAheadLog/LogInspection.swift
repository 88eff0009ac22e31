/// Tells a log that was damaged from one whose end is torn, frame by frame.
///
/// With synchronous=FULL a transaction begins to be written only when the one before it is on the disk. So where a frame
/// goes on from a commit (its checksum says what stood before it), everything up to that commit was on the disk, and
/// what is wrong there now is damage. A cut leaves the last transaction's frames in any state, those of transactions that
/// failed or were cut before it at the same place, and those of the log's earlier lives: none of these goes on from a
/// commit.
struct LogInspection {
    /// The last frame that belongs to a commit which was on the disk, or that SQLite itself would take.
    private(set) var end = 0
    /// Frames up to `end` that are not as they were written.
    private(set) var damaged = 0

    private var damagedSinceEnd = 0
    private var commits = 0
    private var previous: LogFrame?

    /// `isWhole`: the frame is as it was written, after what stood before it then.
    mutating func take(_ number: Int, _ frame: LogFrame?, isWhole: Bool) {
        defer { previous = isWhole ? frame : nil }
        guard isWhole, let frame else {
            damagedSinceEnd += 1
            return
        }
        if isProof(frame) { reach(number - 1) }
        guard frame.isCommit else { return }
        commits += 1
        if damagedSinceEnd == 0 { reach(number) }
    }

    /// Whether the commit before a frame was on the disk when the frame was written.
    private func isProof(_ frame: LogFrame) -> Bool {
        guard let previous, previous.isCommit else { return false }
        // GRDB begins a new log with a transaction that it does not sync.
        guard commits > 1 else { return false }
        // On a disk that may spoil the sector after the one that is written, SQLite repeats the last frame.
        return frame.page != previous.page || frame.size != previous.size
    }

    private mutating func reach(_ number: Int) {
        end = number
        damaged += damagedSinceEnd
        damagedSinceEnd = 0
    }
}
