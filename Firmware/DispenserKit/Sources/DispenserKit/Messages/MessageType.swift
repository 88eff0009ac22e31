/// The type byte of a frame; a reply's has the top bit.
///
/// 0x06 and 0x08 are kept for homing and the door, 0x10 to 0x1F for firmware updates.
public enum MessageType: UInt8, Sendable, Hashable {
    case identify = 0x01
    case status = 0x02
    case dispense = 0x03
    case query = 0x04
    case acknowledge = 0x05
    case temperature = 0x07
    case identity = 0x81
    case statusReport = 0x82
    case transactionReport = 0x84
    case acknowledged = 0x85
    case temperatureReport = 0x87
    case refused = 0xFF
}
