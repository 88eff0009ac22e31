import KioskModel

/// A return value of libpcsclite other than success (pcsclite.h), or the kiosk's own limit.
struct PCSCError: Error, Sendable, Hashable {
    let code: UInt32

    /// SCARD_E_TIMEOUT, also where a call did not come back in time.
    static let timeout = PCSCError(code: 0x8010_000A)
    static let unknownReader = PCSCError(code: 0x8010_0009)
    static let noReaders = PCSCError(code: 0x8010_002E)
    static let sharingViolation = PCSCError(code: 0x8010_000B)
    static let removedCard = PCSCError(code: 0x8010_0069)
    static let resetCard = PCSCError(code: 0x8010_0068)
    static let noSmartcard = PCSCError(code: 0x8010_000C)
    static let insufficientBuffer = PCSCError(code: 0x8010_0008)

    /// The one mapping of libpcsclite's codes.
    func fault(role: String, _ doing: String) -> Fault {
        let number = "\(doing): 0x" + String(code, radix: 16, uppercase: true)
        switch code {
        // NO_SERVICE, SERVICE_STOPPED, COMM_ERROR, INVALID_HANDLE, SERVER_TOO_BUSY: pcscd is away or was started anew.
        case 0x8010_001D, 0x8010_001E, 0x8010_0013, 0x8010_0003, 0x8010_0031:
            return Fault(.pcscUnavailable, number, device: role)
        // TIMEOUT, WAITED_TOO_LONG.
        case 0x8010_000A, 0x8010_0007: return Fault(.pcscUnavailable, "\(doing): no answer in time", device: role)
        // SECURITY_VIOLATION, NO_ACCESS.
        case 0x8010_006A, 0x8010_0027:
            return Fault(.pcscUnavailable, "\(doing): pcscd refuses this user (polkit)", device: role)
        case Self.sharingViolation.code: return Fault(.pcscReaderHeld, number, device: role)
        // UNKNOWN_READER, READER_UNAVAILABLE, NO_READERS_AVAILABLE.
        case 0x8010_0009, 0x8010_0017, 0x8010_002E: return Fault(.usbDisconnected, number, device: role)
        case Self.noSmartcard.code: return Fault(.cardAbsent, number, device: role)
        case Self.removedCard.code, Self.resetCard.code: return Fault(.cardRemoved, number, device: role)
        // UNSUPPORTED_CARD, UNRESPONSIVE_CARD, UNPOWERED_CARD, CARD_UNSUPPORTED, PROTO_MISMATCH.
        case 0x8010_0065...0x8010_0067, 0x8010_001C, 0x8010_000F: return Fault(.cardMute, number, device: role)
        // NOT_TRANSACTED, COMM_DATA_LOST: between reader and card.
        case 0x8010_0016, 0x8010_002F: return Fault(.cardMute, number, device: role)
        default: return Fault(.readerProtocol, number, device: role)
        }
    }
}
