import KioskModel

/// The smart card class descriptor of 54 bytes (USB CCID 1.1 section 5.1), as far as the driver needs it.
struct CCIDClassDescriptor: Sendable, Hashable {
    static let interfaceClass: UInt8 = 0x0B
    static let length = 54
    static let type: UInt8 = 0x21

    /// dwFeatures (table 5.1-1).
    enum Feature {
        static let automaticParametersByATR: UInt32 = 0x02
        static let automaticVoltage: UInt32 = 0x08
        static let automaticParametersNegotiation: UInt32 = 0x40
        static let automaticPPS: UInt32 = 0x80
        static let shortAPDU: UInt32 = 0x20000
        static let extendedAPDU: UInt32 = 0x40000
    }

    let slots: Int
    /// bVoltageSupport: 1 for 5 V, 2 for 3 V, 4 for 1.8 V.
    let voltages: UInt8
    let features: UInt32
    /// dwMaxCCIDMessageLength as the reader says it.
    let declaredMessageLength: UInt32

    /// Throws `usbBadDescriptor` where the bytes are no such descriptor.
    init(parsing bytes: [UInt8], role: String) throws(Fault) {
        guard bytes.count == Self.length, bytes[0] == UInt8(Self.length), bytes[1] == Self.type else {
            throw Fault(.usbBadDescriptor, "smart card class descriptor of \(bytes.count) bytes", device: role)
        }
        slots = Int(bytes[4]) + 1
        voltages = bytes[5]
        features = Self.word(bytes, at: 40)
        declaredMessageLength = Self.word(bytes, at: 44)
        guard declaredMessageLength >= 64 else {
            throw Fault(.usbBadDescriptor, "dwMaxCCIDMessageLength \(declaredMessageLength)", device: role)
        }
    }

    /// Throws `readerUnsuitable` unless the reader runs the card protocol by itself: APDU exchange, automatic
    /// parameters, and a voltage that the reader or the host can choose. Any other reader needs a host that speaks T=0 and T=1, which PC/SC does.
    func checkSuitable(role: String) throws(Fault) {
        guard features & (Feature.shortAPDU | Feature.extendedAPDU) != 0 else {
            throw refused("it exchanges TPDUs or characters, not APDUs", role)
        }
        guard !powerSelections.isEmpty else { throw refused("no voltage to choose", role) }
        let parameters =
            Feature.automaticParametersByATR | Feature.automaticParametersNegotiation | Feature.automaticPPS
        guard features & parameters != 0 else { throw refused("no automatic parameters or PPS", role) }
    }

    /// The values of bPowerSelect to try, in this order: a card that stays mute at one voltage may want another.
    ///
    /// 5 V, 1.8 V, 3 V as libccid does (src/ifdhandler.c); a reader that chooses by itself is asked twice.
    var powerSelections: [UInt8] {
        guard features & Feature.automaticVoltage == 0 else { return [0, 0] }
        let known: [(support: UInt8, select: UInt8)] = [(0x01, 1), (0x04, 3), (0x02, 2)]
        let usable = known.filter { voltages & $0.support != 0 }.map(\.select)
        return usable.count == 1 ? usable + usable : usable
    }

    /// Whether one APDU may go or come in several blocks (bChainParameter, wLevelParameter).
    var chainsBlocks: Bool { features & Feature.extendedAPDU != 0 }

    /// The longest message that is read or written, in bytes.
    ///
    /// At least 271, which a short APDU needs (some firmware declares 263), and at most what an extended APDU needs.
    var messageLength: Int { max(271, min(Int(declaredMessageLength), 10 + 65_544)) }

    private func refused(_ why: String, _ role: String) -> Fault {
        Fault(
            .readerUnsuitable, "\(why) (dwFeatures 0x\(String(features, radix: 16))); use the PC/SC back end",
            device: role)
    }

    private static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
