import Foundation
import KioskTestSupport

/// A disk that the power can be taken from: what was synced is there, of the rest anything may be.
struct CrashDisk {
    /// What becomes of the writes that no sync has made safe.
    enum Fate: CaseIterable {
        /// None of them reached the disk.
        case dropped
        /// All of them did.
        case kept
        /// Each did or did not, in the order in which they were made.
        case some
        /// Some did, in any order.
        case reordered
        /// Of each any sectors did, in any order, and a sector may end in its middle.
        case torn
    }

    private struct File {
        var durable: [UInt8]?
        var pending: [StoreTrace.Step] = []
    }

    private static let sector = 512
    private var files: [String: File] = [:]
    /// The last mark that was passed.
    private(set) var mark = 0

    /// `existing`: a file that was made, empty and durable, before the trace began.
    init(existing: String) { files[existing] = File(durable: []) }

    mutating func take(_ step: StoreTrace.Step) {
        switch step {
        case .mark(let number): mark = number
        case .sync(let file):
            let synced = files[file, default: File()]
            files[file] = File(durable: Self.apply(synced.pending, to: synced.durable))
        case .delete(let file, synced: true): files[file] = File(durable: nil)
        case .opened(let file), .write(let file, _, _), .truncate(let file, _), .delete(let file, _):
            files[file, default: File()].pending.append(step)
        }
    }

    /// Whether a cut now could lose anything at all.
    var isAtRest: Bool { files.values.allSatisfy(\.pending.isEmpty) }

    /// The files as a cut now leaves them.
    func image(_ fate: Fate, _ random: inout SeededGenerator) -> [String: [UInt8]] {
        var image: [String: [UInt8]] = [:]
        // In the names' order: a dictionary's own order differs from run to run.
        for (name, file) in files.sorted(by: { $0.key < $1.key }) {
            image[name] = Self.apply(Self.survivors(file.pending, fate, &random), to: file.durable)
        }
        return image
    }

    /// The files by their names alone, put into a folder.
    static func put(_ image: [String: [UInt8]], into folder: TemporaryFolder) throws {
        for (name, bytes) in image {
            try Data(bytes).write(to: URL(fileURLWithPath: folder.file((name as NSString).lastPathComponent)))
        }
    }

    /// Plays the steps and cuts the power at places spread over them, about `count` times; `judge` gets each image and
    /// the last mark before the cut.
    static func cuts<Outcome: Hashable>(
        _ steps: [StoreTrace.Step], existing: String, count: Int, seed: UInt64, after first: Int = 0,
        judge: ([String: [UInt8]], Int) async -> Outcome
    ) async -> [Outcome: Int] {
        var random = SeededGenerator(seed: seed)
        var disk = CrashDisk(existing: existing)
        var outcomes: [Outcome: Int] = [:]
        let begin = steps.firstIndex { step in if case .mark(first) = step { true } else { false } } ?? 0
        let chance = Double(count) / Double(max(1, steps.count - begin))
        for (number, step) in steps.enumerated() {
            disk.take(step)
            guard number >= begin else { continue }
            var due = chance + Double.random(in: 0..<1, using: &random)
            while due >= 1 {
                due -= 1
                let fate = Fate.allCases[Int.random(in: 0..<Fate.allCases.count, using: &random)]
                outcomes[await judge(disk.image(fate, &random), disk.mark), default: 0] += 1
            }
        }
        return outcomes
    }

    private static func survivors(
        _ pending: [StoreTrace.Step], _ fate: Fate, _ random: inout SeededGenerator
    ) -> [StoreTrace.Step] {
        switch fate {
        case .dropped: return []
        case .kept: return pending
        case .some: return pending.filter { _ in Bool.random(using: &random) }
        case .reordered: return pending.filter { _ in Bool.random(using: &random) }.shuffled(using: &random)
        case .torn:
            var parts: [StoreTrace.Step] = []
            for step in pending {
                guard case .write(let file, let offset, let bytes) = step else {
                    if Bool.random(using: &random) { parts.append(step) }
                    continue
                }
                for start in stride(from: 0, to: bytes.count, by: sector) where Bool.random(using: &random) {
                    var end = min(start + sector, bytes.count)
                    if Int.random(in: 0..<8, using: &random) == 0 { end = Int.random(in: start...end, using: &random) }
                    let part = UnsafeBufferPointer(rebasing: bytes[start..<end])
                    parts.append(.write(file: file, offset: offset + start, bytes: part))
                }
            }
            return parts.shuffled(using: &random)
        }
    }

    private static func apply(_ steps: [StoreTrace.Step], to durable: [UInt8]?) -> [UInt8]? {
        var bytes = durable
        for step in steps {
            switch step {
            case .opened: bytes = bytes ?? []
            case .write(_, let offset, let data):
                var all = bytes ?? []
                let end = offset + data.count
                if all.count < end { all.append(contentsOf: repeatElement(0, count: end - all.count)) }
                all.replaceSubrange(offset..<end, with: data)
                bytes = all
            case .truncate(_, let size):
                let all = bytes ?? []
                bytes =
                    all.count >= size ? Array(all.prefix(size)) : all + [UInt8](repeating: 0, count: size - all.count)
            case .delete: bytes = nil
            case .sync, .mark: break
            }
        }
        return bytes
    }
}
