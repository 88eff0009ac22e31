import USBTransport

/// What the attached printer may still hold of a document that is over.
///
/// A printer that stops keeps what it took, and prints it when the paper is back. No question tells what waits in it:
/// only a confirmed clearing does, or a power that was off (docs/decisions/0057).
struct PrinterRemains: Sendable {
    private enum State: Sendable { case nothing, unknown, document }

    /// Unknown at first: a former process may have been cut off in the middle of a document.
    private var state = State.unknown
    private var attachment: USBDeviceInfo?

    /// Nothing more may be printed: it would come out behind, or with, what is left of another document.
    var barPrinting: Bool { state == .document }

    /// The printer was opened. One that was attached anew was switched off in between; `resetHere`: it came back from a
    /// reset of its port or a switch of its port's power by this kiosk, which its own power supply does not feel.
    mutating func opened(_ device: USBDeviceInfo, resetHere: Bool) {
        if let attachment, !attachment.isSameAttachment(as: device), !resetHere { state = .nothing }
        attachment = device
    }

    /// A document was sent whose end is not known, or somebody says that there is one.
    mutating func suspect() { state = .document }

    /// The printer confirmed that it is empty.
    mutating func cleared() { state = .nothing }

    /// What a former process left has come out of a printer that can print; one that has stopped may hold it.
    mutating func seen(canPrint: Bool) {
        if state == .unknown { state = canPrint ? .nothing : .document }
    }
}
