import DispenserKit

/// An EEPROM at address 0x50 on the two wires, as an AT24C64 sees them: what a START, a STOP and a clock do to it.
final class EEPROMChip {
    private enum Phase {
        case idle
        /// Takes bytes: its own address first.
        case listening
        case acknowledging
        /// Gives bytes.
        case talking
        case awaitingAcknowledge
    }

    var memory = [UInt8](repeating: 0xFF, count: 8192)
    /// The master's hands, which stay where they are when it loses power.
    private var clockIsHigh = true
    private var masterLetsGo = true
    private var chipLetsGo = true
    private var phase = Phase.idle
    private var bits = 0
    private var byte: UInt8 = 0
    private var received: [UInt8] = []
    private var place = 0
    /// What the master still does before it dies; nil: it lives.
    var life: Int?

    var isDataHigh: Bool { masterLetsGo && chipLetsGo }

    private func masterActs() -> Bool {
        guard let left = life else { return true }
        life = max(0, left - 1)
        return left > 0
    }

    func data(_ high: Bool) {
        guard masterActs() else { return }
        let before = isDataHigh
        masterLetsGo = high
        guard clockIsHigh, before != isDataHigh else { return }
        if isDataHigh { stop() } else { start() }
    }

    private func start() {
        phase = .listening
        received = []
        bits = 0
    }

    /// What came after the two bytes of the place is programmed, where the last byte is whole.
    private func stop() {
        if phase == .listening, bits <= 1, received.first == 0xA0 {
            for value in received.dropFirst(3) {
                memory[place] = value
                place = place & ~31 | (place + 1) & 31
            }
        }
        phase = .idle
        chipLetsGo = true
    }

    func clock(_ high: Bool) {
        guard masterActs(), high != clockIsHigh else { return }
        clockIsHigh = high
        if high { rises() } else { falls() }
    }

    private func rises() {
        if phase == .listening {
            byte = byte << 1 | (isDataHigh ? 1 : 0)
            bits += 1
        } else if phase == .awaitingAcknowledge, isDataHigh {
            phase = .idle
        }
    }

    private func falls() {
        switch phase {
        case .listening where bits == 8: take(byte)
        case .acknowledging:
            chipLetsGo = true
            bits = 0
            phase = received.first == 0xA1 ? .talking : .listening
            if phase == .talking { give() }
        case .talking where bits == 8:
            chipLetsGo = true
            phase = .awaitingAcknowledge
        case .talking: give()
        case .awaitingAcknowledge:
            bits = 0
            phase = .talking
            give()
        case .idle, .listening: break
        }
    }

    private func take(_ byte: UInt8) {
        if received.isEmpty, byte & 0xFE != 0xA0 {
            phase = .idle
            return
        }
        received.append(byte)
        if received.count == 3 { place = (Int(received[1]) << 8 | Int(received[2])) & 8191 }
        chipLetsGo = false
        phase = .acknowledging
    }

    private func give() {
        chipLetsGo = memory[place] & 0x80 >> UInt8(bits) != 0
        bits += 1
        if bits == 8 { place = (place + 1) & 8191 }
    }
}

/// The master's end of the chip's wires.
struct EEPROMWires: I2CLines {
    let chip: EEPROMChip
    func clock(_ high: Bool) { chip.clock(high) }
    func data(_ high: Bool) { chip.data(high) }
    func isDataHigh() -> Bool { chip.isDataHigh }
    func pause() {}
}
