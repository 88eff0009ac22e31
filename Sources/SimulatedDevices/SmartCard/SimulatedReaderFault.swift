/// Something that goes wrong at a simulated reader; each happens once, or as often as it says.
public enum SimulatedReaderFault: Sendable, Hashable {
    /// The card is pulled while the reader works on the APDU after so many answered ones.
    case pullCard(afterAPDUs: Int)
    /// The card stops answering after so many APDUs; a power-on revives it.
    case muteCard(afterAPDUs: Int)
    /// The card answers so many power-ons with silence.
    case mutePowerOns(Int)
    /// So many stale replies, with other sequence numbers, come before the next true one.
    case staleReplies(Int)
    /// So many time extensions come before the next reply to an APDU.
    case timeExtensions(Int)
    /// The next reply to an APDU ends in the middle.
    case truncatedReply
    /// The next reply to an APDU declares a length that is not its own.
    case corruptLength(UInt32)
    /// So many commands get no reply at all.
    case silence(Int)
    /// The next reply to an APDU holds these bytes in place of the card's.
    case answer([UInt8])
}
