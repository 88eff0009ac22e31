import KioskModel
import Testing

@testable import CardReader

struct CCIDClassDescriptorTests {
    private func descriptor(features: UInt32, messageLength: UInt32 = 271, voltages: UInt8 = 7) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 54)
        bytes.replaceSubrange(0..<6, with: [54, 0x21, 0x10, 0x01, 0, voltages])
        for index in 0..<4 {
            bytes[40 + index] = UInt8(truncatingIfNeeded: features >> (index * 8))
            bytes[44 + index] = UInt8(truncatingIfNeeded: messageLength >> (index * 8))
        }
        return bytes
    }

    @Test(arguments: [0x0002_000A, 0x0004_0048, 0x0004_0088, 0x0002_04BA, 0x0002_0082] as [UInt32])
    func `a reader that runs the card protocol by itself passes`(_ features: UInt32) throws {
        try CCIDClassDescriptor(parsing: descriptor(features: features), role: "reader").checkSuitable(role: "reader")
    }

    @Test(arguments: [0x0001_00BA, 0x0000_00BA, 0x0002_0008, 0, 0x0004_0030] as [UInt32])
    func `any other reader is refused with the name of the back end that can drive it`(_ features: UInt32) throws {
        let parsed = try CCIDClassDescriptor(parsing: descriptor(features: features), role: "reader")
        let fault = try #require(throws: Fault.self) { try parsed.checkSuitable(role: "reader") }
        #expect(fault.code == .readerUnsuitable)
        #expect(fault.detail.contains("PC/SC"))
    }

    @Test func `where the reader leaves the voltage to the host, each that it has is tried, 5 V first`() throws {
        let selections = { (features: UInt32, voltages: UInt8) throws in
            try CCIDClassDescriptor(parsing: descriptor(features: features, voltages: voltages), role: "reader")
                .powerSelections
        }
        #expect(try selections(0x0002_000A, 7) == [0, 0])
        #expect(try selections(0x0002_0002, 7) == [1, 3, 2])
        #expect(try selections(0x0002_0002, 6) == [3, 2])
        #expect(try selections(0x0002_0002, 1) == [1, 1])
        let none = try CCIDClassDescriptor(parsing: descriptor(features: 0x0002_0002, voltages: 0), role: "reader")
        #expect(throws: Fault.self) { try none.checkSuitable(role: "reader") }
    }

    @Test func `a descriptor of another size or type is refused`() {
        let whole = descriptor(features: 0x0002_000A)
        var candidates = (0..<54).map { Array(whole.prefix($0)) }
        candidates.append(whole + [0])
        candidates.append([54, 0x22] + whole.dropFirst(2))
        candidates.append(descriptor(features: 0x0002_000A, messageLength: 9))
        for bytes in candidates {
            let fault = #expect(throws: Fault.self) { _ = try CCIDClassDescriptor(parsing: bytes, role: "reader") }
            #expect(fault?.code == .usbBadDescriptor)
        }
    }

    @Test func `the message length is bounded on both sides`() throws {
        let hostile = try CCIDClassDescriptor(
            parsing: descriptor(features: 0x0002_000A, messageLength: .max), role: "reader")
        #expect(hostile.messageLength == 65_554)
        let modest = try CCIDClassDescriptor(
            parsing: descriptor(features: 0x0002_000A, messageLength: 263), role: "reader")
        #expect(modest.messageLength == 271)
    }
}
