/// Why a frame with a good CRC is no message.
public enum MessageError: UInt8, Error, Sendable, Hashable {
    /// The protocol version is not spoken here.
    case version
    /// The type is not known, or not in this direction.
    case type
    /// The body does not have the type's form.
    case body
}
