/// Something that goes wrong once at a simulated resident ID card reader.
public enum SimulatedSAMFault: Sendable, Hashable {
    /// The command with this CMD and Para ends with this SW3.
    case status(UInt8, command: [UInt8])
    /// The next reply's XOR, length field or last bytes are wrong.
    case wrongChecksum
    case length(UInt16)
    case cut(Int)
    /// These bytes come before the next reply.
    case noise([UInt8])
    /// These bytes come in place of the next reply.
    case answer([UInt8])
    /// These bytes come after the next reply, as late answers do.
    case trailing([UInt8])
    /// The next command is not answered.
    case silence
    /// The card is lifted while the command with this CMD and Para runs.
    case liftCard(during: [UInt8])
}
