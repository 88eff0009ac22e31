import DispenserKit

/// A chip on the two wires, by default an EEPROM at address 0x50, as an AT24C64 sees them: what a START, a STOP and a
/// clock do to it.
final class EEPROMChip {
    /// The address as it is sent for a write.
    private let address: UInt8
    /// How many bytes name a place in it.
    private let placeBytes: Int
    /// What follows from one place to the next.
    private let placeSize: Int
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
    /// Pulses of the clock that the chip still sees, and how many it misses then; nil: it sees them all.
    var glitch: (after: Int, missed: Int)?
    private var isMissingPulse = false

    init(address: UInt8 = 0xA0, placeBytes: Int = 2, placeSize: Int = 1) {
        self.address = address
        self.placeBytes = placeBytes
        self.placeSize = placeSize
    }

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
        if phase == .listening, bits <= 1, received.first == address {
            for value in received.dropFirst(1 + placeBytes) {
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
        if high, let (after, missed) = glitch {
            isMissingPulse = after == 0
            let left = after == 0 ? missed - 1 : missed
            glitch = left == 0 ? nil : (max(0, after - 1), left)
        }
        guard !isMissingPulse else {
            isMissingPulse = high
            return
        }
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
            phase = received.first == address | 1 ? .talking : .listening
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
        if received.isEmpty, byte & 0xFE != address {
            phase = .idle
            return
        }
        received.append(byte)
        if received.count == 1 + placeBytes {
            place = received.dropFirst().reduce(0) { $0 << 8 | Int($1) } * placeSize & 8191
        }
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
