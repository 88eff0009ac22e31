/// The type byte of a frame; a reply's has the top bit.
///
/// 0x10 to 0x1F are about the firmware.
public enum MessageType: UInt8, Sendable, Hashable {
    case identify = 0x01
    case status = 0x02
    case dispense = 0x03
    case query = 0x04
    case acknowledge = 0x05
    case home = 0x06
    case temperature = 0x07
    case door = 0x08
    case firmware = 0x10
    case updateBegin = 0x11
    case updatePiece = 0x12
    case updateFinish = 0x13
    case restart = 0x14
    case confirm = 0x15
    case identity = 0x81
    case statusReport = 0x82
    case transactionReport = 0x84
    case acknowledged = 0x85
    case temperatureReport = 0x87
    case doorReport = 0x88
    case firmwareReport = 0x90
    case refused = 0xFF
}
