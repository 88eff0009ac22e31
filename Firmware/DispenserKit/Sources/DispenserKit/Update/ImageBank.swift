/// What lies in one bank.
///
/// Header at 0, signature at 32, the three marks at 96, 128 and 160, code from 256 on. A mark is a unit of its own, so
/// that it is set without touching anything else; it counts where all its bytes are right.
public struct ImageBank: Sendable, Hashable {
    public enum State: UInt8, Sendable, Hashable {
        /// Nothing that could be an image of this board.
        case empty = 0
        /// An image whose installation did not end.
        case unfinished = 1
        /// Installed, and never started.
        case untried = 2
        /// Started, and not confirmed.
        case tried = 3
        case confirmed = 4
        /// Installed, and its code is no longer what it was.
        case damaged = 5
    }

    public enum Mark: UInt8, Sendable, Hashable {
        /// Its signature was found good, in this bank.
        case installed = 0x49
        case tried = 0x54
        case confirmed = 0x43

        var address: Int {
            switch self {
            case .installed: 96
            case .tried: 128
            case .confirmed: 160
            }
        }

        var unit: FlashUnit {
            var unit = FlashUnit()
            for index in 0..<32 { unit.append(rawValue ^ UInt8(index)) }
            return unit
        }
    }

    /// Where the code begins.
    public static var codeAddress: Int { 256 }
    static var signatureAddress: Int { 32 }

    public var state: State
    public var header: ImageHeader?

    /// 0.0.0 where there is no image.
    public var version: FirmwareVersion { header?.version ?? FirmwareVersion(major: 0, minor: 0, patch: 0) }

    /// Reads a bank whole, its code's CRC included.
    public init(reading bank: Int, of flash: inout some BankFlash, for target: ImageTarget) throws(StorageError) {
        guard let header = ImageHeader(try flash.read(bank: bank, at: 0)), target.takes(header),
            Int(header.length) <= flash.bankSize - Self.codeAddress
        else {
            state = .empty
            return
        }
        self.header = header
        guard try Self.unit(of: .installed, bank, &flash).holds(Mark.installed.unit) else {
            state = .unfinished
            return
        }
        guard try Self.checksum(bank, header.length, &flash) == header.codeChecksum else {
            state = .damaged
            return
        }
        if try Self.unit(of: .confirmed, bank, &flash).holds(Mark.confirmed.unit) {
            state = .confirmed
        } else {
            // A torn mark was meant to be one.
            state = try Self.unit(of: .tried, bank, &flash).isErased ? .untried : .tried
        }
    }

    /// A bank that can't be read.
    static var unreadable: Self { Self(state: .empty) }

    private init(state: State) {
        self.state = state
        header = nil
    }

    /// Sets a mark; setting it again changes nothing.
    public static func set(_ mark: Mark, bank: Int, of flash: inout some BankFlash) throws(StorageError) {
        guard try !unit(of: mark, bank, &flash).holds(mark.unit) else { return }
        try flash.programVerified(mark.unit, bank: bank, at: mark.address)
    }

    private static func unit(of mark: Mark, _ bank: Int, _ flash: inout some BankFlash) throws(StorageError)
        -> FlashUnit
    {
        try flash.read(bank: bank, at: mark.address)
    }

    private static func checksum(
        _ bank: Int, _ length: UInt32, _ flash: inout some BankFlash
    ) throws(StorageError) -> UInt32 {
        var crc = CRC32()
        var offset = 0
        while offset < Int(length) {
            let unit = try flash.read(bank: bank, at: codeAddress + offset)
            for index in 0..<32 { crc.update(unit.byte(at: index) ?? 0xFF) }
            offset += 32
        }
        return crc.value
    }
}
