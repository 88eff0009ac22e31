import KioskCrypto
import KioskModel
import USBTransport

/// The doctor's card reader with a PIV card in it (NIST SP 800-73-4).
///
/// What the card verified holds for one power-on of one card in one connection, and for nothing longer.
public actor PIVDoctorStation: DoctorCardStation {
    private let link: SmartCardLink
    /// The reader whose powered card has its PIN verified.
    private var unlocked: (any SmartCardReader)?

    /// Driven as CCID over USB; `slot` counts from 0.
    public init(binding: USBRoleBinding, slot: UInt8 = 0) {
        self.init(binding: binding, slot: slot, timeouts: CCIDTimeouts())
    }

    /// Driven by pcscd.
    public init(pcsc selection: PCSCSelection) {
        self.init(source: PCSCSource(selection: selection, timeouts: PCSCTimeouts()))
    }

    init(binding: USBRoleBinding, slot: UInt8 = 0, timeouts: CCIDTimeouts) {
        self.init(source: CCIDSource(binding: binding, slot: slot, timeouts: timeouts))
    }

    init(source: any SmartCardReaderSource) { link = SmartCardLink(source: source) }

    /// Powers the card anew, reads its certificate, then verifies the PIN.
    ///
    /// Throws `doctorPINWrong` with the tries left (a PIN that is not 6 to 8 digits costs none), `doctorPINBlocked`,
    /// `doctorCardAbsent` also for a card of another kind, `doctorCertificateMismatch` or `cardDataInvalid` for a
    /// certificate that can't be used, `cardMute`, or the reader's trouble.
    public func unlock(pin: Secret<String>) async throws(Fault) -> DoctorCard {
        guard let encoded = PIVCard.encode(pin) else {
            throw Fault(.doctorPINWrong, "a PIN has 6 to 8 digits; no try was used", device: link.role)
        }
        await link.gate.enter()
        defer { link.gate.leave() }
        unlocked = nil
        let (reader, state) = try await link.reader()
        guard state != .absent else { throw Fault(.doctorCardAbsent, device: link.role) }
        do {
            if state == .active { try await reader.powerOff() }
            let channel = CardChannel(reader: reader, card: try await reader.powerOn())
            try await PIVCard.select(channel)
            let certificate = try await PIVCard.certificate(channel)
            // A card that could not sign anyway must not cost a try.
            _ = try CardCertificate(der: certificate)
            try await PIVCard.verify(pin: encoded, channel)
            unlocked = reader
            let custody: KeyCustody = reader.identity.isSimulated ? .softwareLab : .card
            return DoctorCard(certificate: certificate, custody: custody)
        } catch {
            await link.end(reader, after: error)
            throw doctorFault(error)
        }
    }

    /// 64 bytes r ‖ s. Throws `doctorPINNeeded` after a card or reader change and wherever the card asks for its PIN,
    /// `doctorCardAbsent`, `doctorSignatureFailed`, or the reader's trouble.
    public func sign(digest: [UInt8]) async throws(Fault) -> [UInt8] {
        await link.gate.enter()
        defer { link.gate.leave() }
        let (reader, state) = try await link.reader()
        guard state != .absent else {
            unlocked = nil
            throw Fault(.doctorCardAbsent, device: link.role)
        }
        guard state == .active, unlocked === reader else {
            unlocked = nil
            throw Fault(.doctorPINNeeded, "the card was not unlocked, or has been reset", device: link.role)
        }
        do {
            let signature = try await PIVCard.sign(digest: digest, CardChannel(reader: reader))
            await link.worked()
            return signature
        } catch {
            unlocked = nil
            await link.end(reader, after: error)
            throw doctorFault(error)
        }
    }

    public func lock() async {
        await link.gate.enter()
        defer { link.gate.leave() }
        guard let reader = unlocked else { return }
        unlocked = nil
        await link.end(reader)
    }

    /// While another call uses the card, what was known before it is told.
    public func isUnlocked() async -> Bool {
        guard unlocked != nil else { return false }
        guard link.gate.tryEnter() else { return true }
        defer { link.gate.leave() }
        guard let (reader, state) = try? await link.reader(), state == .active, unlocked === reader else {
            unlocked = nil
            return false
        }
        return true
    }

    public func status() async -> DeviceStatus { await link.status() }

    /// Does not wait for a signature under way: closing the connection ends it.
    public func shutdown() async {
        if link.gate.tryEnter() {
            try? await unlocked?.powerOff(within: .milliseconds(500))
            link.gate.leave()
        }
        unlocked = nil
        await link.shutdown()
    }

    private func doctorFault(_ fault: Fault) -> Fault {
        switch fault.code {
        case .cardAbsent, .cardRemoved: Fault(.doctorCardAbsent, fault.detail, device: link.role)
        default: Fault(fault.code, fault.detail, device: link.role)
        }
    }
}
