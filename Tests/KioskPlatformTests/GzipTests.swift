import KioskPlatform
import KioskTestSupport
import Testing

struct GzipTests {
    @Test func `what is compressed comes back as it was`() throws {
        var generator = SeededGenerator(seed: 11)
        for bytes in [[], [1], generator.bytes(upTo: 300_000), [UInt8](repeating: 7, count: 1_000_000)] {
            let small = try Gzip.compress(bytes)
            #expect(Array(small.prefix(2)) == [0x1F, 0x8B])
            #expect(try Gzip.decompress(small, limit: bytes.count) == bytes)
        }
    }

    @Test func `a bomb is refused before it is held`() throws {
        let small = try Gzip.compress([UInt8](repeating: 0, count: 10_000_000))
        #expect(small.count < 20_000)
        #expect(throws: Gzip.Failure.tooLarge) { try Gzip.decompress(small, limit: 1_000_000) }
    }

    @Test func `what is cut off, damaged or followed by something is refused`() throws {
        let good = try Gzip.compress(Array("hello, hello, hello".utf8))
        for length in 0..<good.count {
            #expect(throws: Gzip.Failure.malformed) { try Gzip.decompress(Array(good.prefix(length)), limit: 1000) }
        }
        var wrong = good
        wrong[good.count - 6] ^= 1
        #expect(throws: Gzip.Failure.malformed) { try Gzip.decompress(wrong, limit: 1000) }
        #expect(throws: Gzip.Failure.malformed) { try Gzip.decompress(good + [0], limit: 1000) }
    }
}
