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

    private static func record(_ first: UInt8) -> JournalBytes {
        var bytes = JournalBytes()
        for index in 0..<32 { bytes.append(first &+ UInt8(index) &* 7) }
        return bytes
    }

    private static func text(_ bytes: JournalBytes?) -> [UInt8] {
        (0..<32).compactMap { bytes?.byte(at: $0) }
    }

    /// Disturbances of a transfer: where the chip begins to miss pulses of the clock, and how many.
    private static func glitches(pulses: Int) -> [(after: Int, missed: Int)] {
        (0..<pulses).flatMap { after in (1...8).map { (after, $0) } }
    }

    /// A write with its question has 325, a read 324.
    private static let recordPulses = 330

    @Test func `a write in which the chip missed pulses of the clock is done again, and nothing else changes`() {
        for glitch in Self.glitches(pulses: Self.recordPulses) {
            let chip = EEPROMChip()
            var memory = EEPROM(lines: EEPROMWires(chip: chip))
            try? memory.write(Self.record(1), at: 0)
            chip.glitch = glitch
            let written = (try? memory.write(Self.record(9), at: 64)) != nil
            chip.glitch = nil
            #expect(written, "\(glitch)")
            #expect(Array(chip.memory[64..<96]) == Self.text(Self.record(9)), "\(glitch)")
            #expect(Array(chip.memory[0..<32]) == Self.text(Self.record(1)), "\(glitch)")
            #expect(chip.memory.count { $0 != 0xFF } <= 64, "\(glitch)")
        }
    }

    @Test func `after a read in which the chip missed pulses of the clock the next write and read are right`() {
        var held = 0
        for glitch in Self.glitches(pulses: Self.recordPulses) {
            let chip = EEPROMChip()
            var memory = EEPROM(lines: EEPROMWires(chip: chip))
            // Zeros: a chip that is in the middle of one holds the line.
            chip.memory.replaceSubrange(0..<64, with: repeatElement(0, count: 64))
            chip.glitch = glitch
            _ = try? memory.read(at: 0)
            chip.glitch = nil
            if !chip.isDataHigh { held += 1 }
            let written = (try? memory.write(Self.record(9), at: 64)) != nil
            #expect(written, "\(glitch)")
            #expect(Self.text(try? memory.read(at: 64)) == Self.text(Self.record(9)), "\(glitch)")
            #expect(Self.text(try? memory.read(at: 0)) == [UInt8](repeating: 0, count: 32), "\(glitch)")
        }
        #expect(held > 0, "some leave the line held down")
    }

    @Test func `a thermometer that missed pulses of the clock is read right the next time`() {
        for glitch in Self.glitches(pulses: 60) {
            // Its registers have two bytes each: 16 °C, with zeros by which it may hold the line.
            let chip = EEPROMChip(address: 0x90, placeBytes: 1, placeSize: 2)
            chip.memory.replaceSubrange(0..<2, with: [0x10, 0])
            var thermometer = TMP105(lines: EEPROMWires(chip: chip))
            chip.glitch = glitch
            _ = thermometer.read()
            chip.glitch = nil
            let next = thermometer.read()
            #expect(next == 1600, "\(glitch)")
            #expect(chip.memory[2] == 0x60, "\(glitch)")
        }
    }

    @Test func `where no chip answers, memory and thermometer say so`() {
        let chip = EEPROMChip(address: 0x20)
        var memory = EEPROM(lines: EEPROMWires(chip: chip))
        var thermometer = TMP105(lines: EEPROMWires(chip: chip))
        let bytes = try? memory.read(at: 0)
        let isWritten = (try? memory.write(Self.record(1), at: 0)) != nil
        let reading = thermometer.read()
        #expect(bytes == nil && !isWritten && reading == nil)
    }
}
