import KioskModel
import KioskPlatform

/// One scan's walk through a folder of JPEGs, at the pace of a camera.
actor FolderFrameSession: FrameSession {
    let identity: String
    let isSimulated = true
    private(set) var isExhausted = false
    private(set) var skipped = 0

    private let files: [String]
    private let interval: Duration
    private var position = 0
    private var damagedInARow = 0
    private var due = ContinuousClock.now

    init(identity: String, files: [String], interval: Duration) {
        self.identity = identity
        self.files = files
        self.interval = interval
    }

    func next(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
        while true {
            guard damagedInARow < files.count else {
                throw Fault(.faceFrameCorrupt, "all \(files.count) pictures are damaged", device: "camera")
            }
            try await pace(before: deadline)
            let file = files[position]
            position = (position + 1) % files.count
            if position == 0 { isExhausted = true }
            if let frame = await Self.read(file) {
                damagedInARow = 0
                return frame
            }
            skipped += 1
            damagedInARow += 1
        }
    }

    func close() {}

    private func pace(before deadline: ContinuousClock.Instant) async throws(Fault) {
        let wake = due
        due = max(due, .now) + interval
        do {
            guard wake < deadline else {
                try await Task.sleep(until: deadline, clock: .continuous)
                throw Fault(.faceTimeout, "no picture in time", device: "camera")
            }
            try await Task.sleep(until: wake, clock: .continuous)
        } catch {
            throw Fault(.faceTimeout, Task.isCancelled ? "cancelled" : "no picture in time", device: "camera")
        }
    }

    private static func read(_ file: String) async -> Frame? {
        try? await onOwnThread("folder-frame") {
            try FrameDecoder.jpeg(try BoundedFile.read(file, limit: 16 << 20), upright: true)
        }
    }
}
