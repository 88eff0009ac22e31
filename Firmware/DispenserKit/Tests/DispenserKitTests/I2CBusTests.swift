import Testing

@testable import DispenserKit

@Suite struct I2CBusTests {
    /// A master on the wires of a chip, as a driver uses it.
    private struct Master {
        let chip = EEPROMChip()
        var bus: I2CBus<EEPROMWires>

        init() { bus = I2CBus(lines: EEPROMWires(chip: chip)) }

        @discardableResult
        mutating func write(_ values: [UInt8], at address: UInt8) -> Bool {
            bus.start()
            defer { bus.stop() }
            return ([0xA0, 0, address] + values).allSatisfy { bus.send($0) }
        }

        mutating func read(_ count: Int, at address: UInt8) -> [UInt8] {
            bus.start()
            defer { bus.stop() }
            for byte in [0xA0, 0, address] { _ = bus.send(byte) }
            bus.start()
            _ = bus.send(0xA1)
            return (0..<count).map { bus.receive(last: $0 == count - 1) }
        }

        /// Another life on the same wires, after a reset.
        mutating func restart() {
            chip.life = nil
            bus = I2CBus(lines: EEPROMWires(chip: chip))
            bus.recover()
        }
    }

    @Test func `what is written is read again`() {
        var master = Master()
        let written = master.write([1, 0x80, 0x55, 0], at: 64)
        let back = master.read(5, at: 64)
        #expect(written && back == [1, 0x80, 0x55, 0, 0xFF])
    }

    /// The master is reset after each of its movements on the wires, of which this write has 197.
    @Test func `a write that a reset cut is dropped whole, and the chip serves again`() {
        var whole = 0
        for movements in 0..<210 {
            var master = Master()
            master.write([9, 9, 9, 9], at: 64)
            master.chip.life = movements
            master.write([0x11, 0x22, 0x33, 0x44], at: 64)
            master.restart()
            let kept = Array(master.chip.memory[64..<72])
            let isWhole = kept == [0x11, 0x22, 0x33, 0x44, 0xFF, 0xFF, 0xFF, 0xFF]
            if isWhole { whole += 1 }
            #expect(isWhole || kept == [9, 9, 9, 9, 0xFF, 0xFF, 0xFF, 0xFF], "\(kept) after \(movements)")
            let written = master.write([7], at: 96)
            let back = master.read(1, at: 96)
            #expect(written && back == [7], "after \(movements)")
        }
        #expect(whole == 210 - 197, "nothing is programmed but by the write's own STOP")
    }

    @Test func `a chip that a reset met in the middle of an answer lets the line go`() {
        for movements in 0..<270 {
            var master = Master()
            master.write([0, 0, 0, 0], at: 64)
            master.chip.life = movements
            _ = master.read(4, at: 64)
            master.restart()
            #expect(master.chip.isDataHigh, "after \(movements)")
            let back = master.read(2, at: 64)
            #expect(back == [0, 0], "after \(movements)")
        }
    }
}
