import KioskModel
import Testing

@Suite struct UUIDv7Tests {
    @Test func `ids carry version 7, the variant and their millisecond`() {
        let id = UUIDv7.make(unixMilliseconds: 0x0199_1234_5678)
        #expect(id.hasPrefix("01991234-5678-7"))
        #expect("89ab".contains(Array(id)[19]))
        #expect(UUIDv7.isUUID(id))
    }

    @Test func `ids sort by time and never repeat`() {
        let ids = (0..<1000).map { UUIDv7.make(unixMilliseconds: 1_700_000_000_000 + UInt64($0)) }
        #expect(ids == ids.sorted())
        #expect(Set((0..<10_000).map { _ in UUIDv7.make(unixMilliseconds: 1) }).count == 10_000)
    }
}
