import KioskCrypto
import KioskModel
import Testing

@Suite struct SealerTests {
    private let sealer = try! Sealer(key: [UInt8](repeating: 7, count: 32))

    @Test func `a sealed value opens in its own context only`() throws {
        let sealed = try sealer.seal(Array("张伟".utf8), context: "visit/1/1")
        #expect(try sealer.open(sealed, context: "visit/1/1") == Array("张伟".utf8))
        #expect(throws: Fault.self) { try sealer.open(sealed, context: "visit/2/1") }
    }

    @Test func `every flipped bit is noticed`() throws {
        let sealed = try sealer.seal([1, 2, 3], context: "c")
        for index in sealed.indices {
            var broken = sealed
            broken[index] ^= 1
            #expect(throws: Fault.self) { try sealer.open(broken, context: "c") }
        }
    }

    @Test func `the same value never seals to the same bytes`() throws {
        #expect(try sealer.seal([1], context: "c") != sealer.seal([1], context: "c"))
    }

    @Test(arguments: [0, 16, 31, 33]) func `a key of the wrong length is refused`(length: Int) {
        #expect(throws: Fault.self) { try Sealer(key: [UInt8](repeating: 0, count: length)) }
    }
}
