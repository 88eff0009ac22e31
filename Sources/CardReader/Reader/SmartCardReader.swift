import KioskModel

/// One slot of an opened reader: driven as CCID over USB (`CCIDReader`) or by pcscd (`PCSCReader`).
///
/// Whoever uses it holds its link's gate for the whole sequence; `slotChange` alone may wait beside.
protocol SmartCardReader: AnyObject, Sendable {
    nonisolated var role: String { get }
    nonisolated var identity: ReaderIdentity { get }
    /// Whether APDUs of the extended form reach the card (ISO 7816-4 section 5.1).
    nonisolated var takesExtendedAPDU: Bool { get }
    /// Whether the reader tells of insertions by itself.
    nonisolated var notifies: Bool { get }

    func cardState() async throws(Fault) -> CardState

    /// A cold reset; the card's answer. Throws `cardAbsent` or `cardMute`.
    func powerOn() async throws(Fault) -> AnswerToReset

    /// `limit` shortens the wait for the reader.
    func powerOff(within limit: Duration?) async throws(Fault)

    /// Sends one command APDU and returns the card's whole answer, status word included.
    ///
    /// Throws `cardRemoved` where the card is gone or was reset meanwhile, `cardMute` where it stays silent.
    func transmit(_ apdu: [UInt8]) async throws(Fault) -> [UInt8]

    /// Waits for news of the slot: whether its card may be another one than before; nil where none came in time.
    func slotChange(within limit: Duration) async throws(Fault) -> Bool?
}

extension SmartCardReader {
    func powerOff() async throws(Fault) { try await powerOff(within: nil) }
}
