import KioskTestSupport
import Testing

/// The disk that the crash images come from loses writes in every way that a disk does.
struct CrashDiskTests {
    private static let file = "f"

    /// A disk with two syncs' worth of writes: the second, of three writes at one place, is not synced.
    private func images(_ fate: CrashDisk.Fate, _ writes: [[UInt8]]) -> Set<[UInt8]> {
        var disk = CrashDisk(existing: Self.file)
        let old = [UInt8](repeating: 0, count: 2048)
        return old.withUnsafeBufferPointer { old in
            disk.take(.write(file: Self.file, offset: 0, bytes: old))
            disk.take(.sync(file: Self.file))
            var random = SeededGenerator(seed: 5)
            let all = writes.map { bytes in
                let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
                _ = copy.initialize(from: bytes)
                return copy
            }
            defer { all.forEach { $0.deallocate() } }
            for bytes in all { disk.take(.write(file: Self.file, offset: 0, bytes: UnsafeBufferPointer(bytes))) }
            return Set((0..<300).compactMap { _ in disk.image(fate, &random)[Self.file] })
        }
    }

    private func block(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 2048) }

    @Test func `what was not synced is there whole or not at all where it is kept or dropped`() {
        #expect(images(.dropped, [block(1), block(2)]) == [block(0)])
        #expect(images(.kept, [block(1), block(2)]) == [block(2)])
    }

    @Test func `in order the later write wins; out of order the earlier may lie on top`() {
        // The last of two writes is either there, or the first, or none.
        #expect(images(.some, [block(1), block(2)]) == [block(0), block(1), block(2)])
        let longer = [UInt8](repeating: 1, count: 2048)
        let shorter = [UInt8](repeating: 2, count: 512)
        let mixed = shorter + [UInt8](repeating: 1, count: 1536)
        #expect(images(.some, [longer, shorter]).contains(mixed))
        let upsideDown = images(.reordered, [shorter, longer])
        #expect(upsideDown.contains(mixed))
        #expect(!images(.some, [shorter, longer]).contains(mixed))
    }

    @Test func `a torn write is there in some of its sectors, and a sector may end in its middle`() {
        let torn = images(.torn, [block(1)])
        let sectors = torn.map { image in Swift.stride(from: 0, to: 2048, by: 512).map { Array(image[$0..<$0 + 512]) } }
        let whole: Set<[UInt8]> = [[UInt8](repeating: 0, count: 512), [UInt8](repeating: 1, count: 512)]
        // A later sector without an earlier one, and a sector that is half old and half new.
        #expect(sectors.contains { $0[0].allSatisfy { $0 == 0 } && $0[3].allSatisfy { $0 == 1 } })
        #expect(sectors.contains { image in image.contains { !whole.contains($0) } })
        #expect(torn.contains(block(0)) && torn.contains(block(1)))
    }

    @Test(.timeLimit(.minutes(2)))
    func `a visit's own writes are lost in every way: dropped, in part, out of order and torn`() async throws {
        let run = try await CrashRun(VisitStory(StoreFixture(), patients: 1))
        let counts = run.census(every: 3, seed: 11)
        print("images that show their fate: \(counts)")
        for fate in CrashDisk.Fate.allCases { #expect(counts[fate, default: 0] >= 20, "\(fate)") }
    }
}
