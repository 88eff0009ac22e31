import USBTransport

/// What the attached printer may still hold of a document that is over.
///
/// A printer that stops keeps what it took, and prints it when the paper is back. No question tells what waits in it:
/// only a confirmed clearing does, or a power that was off (docs/decisions/0057).
struct PrinterRemains: Sendable {
    private enum State: Sendable, Equatable {
        case nothing, unknown, document
        /// Perhaps the end of a document that nothing confirmed; a look that finds nothing wrong lifts it from then on.
        case unconfirmed(until: ContinuousClock.Instant)
    }

    /// Unknown at first: a former process may have been cut off in the middle of a document.
    private var state = State.unknown
    private var attachment: USBDeviceInfo?

    /// Nothing more may be printed: it would come out behind, or with, what is left of another document.
    var barPrinting: Bool { state == .document }

    /// The end of a document may be in it: a printer that stops now keeps that, unless it is emptied.
    var mayHoldEnd: Bool { if case .unconfirmed = state { true } else { false } }

    /// The printer was opened. One that was attached anew was switched off in between; `resetHere`: it came back from a
    /// reset of its port or a switch of its port's power by this kiosk, which its own power supply does not feel.
    mutating func opened(_ device: USBDeviceInfo, resetHere: Bool) {
        if let attachment, !attachment.isSameAttachment(as: device), !resetHere { state = .nothing }
        attachment = device
    }

    /// A document was sent whose end is not known, or somebody says that there is one.
    mutating func suspect() { state = .document }

    /// A document was sent that is over as far as can be told; until then its paper may still be coming out.
    mutating func sent(until: ContinuousClock.Instant) {
        if state != .document { state = .unconfirmed(until: until) }
    }

    /// The printer confirmed that it is empty.
    mutating func cleared() { state = .nothing }

    /// What a former process left has come out of a printer that can print, and so has, after its time, a document that
    /// nothing confirmed; one that has stopped may hold it.
    mutating func seen(canPrint: Bool) {
        switch state {
        case .unknown: state = canPrint ? .nothing : .document
        case .unconfirmed(let until):
            if !canPrint { state = .document } else if ContinuousClock.now >= until { state = .nothing }
        case .nothing, .document: break
        }
    }
}
