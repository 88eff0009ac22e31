/// What happens at the patient's card reader.
public enum CardEvent: Sendable, Hashable {
    case inserted
    case removed
    /// The reader came, or came back; a card that is in it then was brought before, nobody knows when.
    case readerReady(hasCard: Bool)
    case readerLost(Fault)
}

/// The patient's card reader, however it is attached.
public protocol PatientCardStation: Supervised {
    /// Card and reader events from now on; the stream ends at `shutdown`. Opens, reopens and watches the reader.
    func events() async -> AsyncStream<CardEvent>
    /// Reads the identity from the card that is in the reader.
    func read() async throws(Fault) -> PatientIdentity
}

/// A doctor's card after its PIN was verified.
public struct DoctorCard: Sendable, Hashable {
    /// The X.509 certificate (DER) of the signing key.
    public let certificate: [UInt8]
    public let custody: KeyCustody

    public init(certificate: [UInt8], custody: KeyCustody) {
        self.certificate = certificate
        self.custody = custody
    }
}

/// The doctor's card reader: a PIV-shaped card signs, its key never leaves it.
public protocol DoctorCardStation: Supervised {
    /// Verifies the PIN on the card and reads its certificate.
    func unlock(pin: Secret<String>) async throws(Fault) -> DoctorCard
    /// An ECDSA P-256 signature over a SHA-256 digest: 64 bytes r ‖ s (RFC 7518 section 3.4).
    ///
    /// Throws `doctorPINNeeded` where the card asks for its PIN again, `doctorCardAbsent` where it is gone.
    func sign(digest: [UInt8]) async throws(Fault) -> [UInt8]
    /// Forgets the card's verified state and powers it off.
    func lock() async
    /// Whether the card that `unlock` verified is still there and powered; costs a question to the reader at the most.
    func isUnlocked() async -> Bool
}

/// The medicine cabinet. The caller persists the intent before `dispense` and the outcome before `acknowledge`.
public protocol MedicineCabinet: Supervised {
    /// The highest transaction number the controller has seen.
    func highWaterMark() async throws(Fault) -> UInt32
    /// Sends one order for one box and waits for its outcome.
    ///
    /// A fault thrown means that nothing was sent. Once a byte may have left, the answer is an outcome:
    /// `unknown` where even `query` could not tell. An order that ended is never sent again.
    func dispense(transaction: UInt32, slot: Int) async throws(Fault) -> DispenseOutcome
    /// Asks the controller's journal what became of a transaction.
    func query(transaction: UInt32) async throws(Fault) -> DispenseOutcome
    /// Lets the controller forget an outcome that is now persisted here.
    func acknowledge(transaction: UInt32) async throws(Fault)
    /// The controller's temperature log from this reading on, as much of it as one answer holds.
    ///
    /// Throws `cabinetThermometer` where the controller says that it keeps none.
    func temperature(from first: UInt32) async throws(Fault) -> CabinetTemperature
    /// Turns a slot's motor home, once for this number, and waits. As for `dispense`, a fault means nothing was sent.
    func home(transaction: UInt32, slot: Int) async throws(Fault) -> CabinetHoming
    /// Whether the door is open; `release` lets its latch go first. Throws `dispenserRefused` while a motor turns.
    func door(release: Bool) async throws(Fault) -> Bool
    func firmware() async throws(Fault) -> CabinetFirmware
    /// Installs an image, starts it, and lets it stay where it proves itself.
    ///
    /// Throws `firmwareRefused` where the image is not for this controller, not newer, or not signed, and
    /// `firmwareFellBack` where the new one did not prove itself and the former runs.
    func install(firmware image: [UInt8]) async throws(Fault) -> CabinetFirmware
}

/// The receipt printer. The caller persists `sending` before `print` and what it returns after.
public protocol SlipPrinter: Supervised {
    /// Prints one slip: status before, bytes, completion fence, status after.
    func print(_ slip: PrescriptionSlip) async -> PrintState
    /// Prints any document, in the same way as a slip.
    func print(_ document: PrintDocument) async -> PrintState
    /// Asks the sensors now, after the jobs under way.
    func inspect() async -> PrinterView
    /// Empties the printer's buffers and cuts off what hangs out of it; throws what keeps it from that.
    func purge() async throws(Fault)
}

/// The face service. It keeps no state: templates and nonce come with the request.
public protocol FaceVerifier: Supervised {
    /// Scans and compares. Throws where no verdict is possible (no camera, no models, nobody there).
    ///
    /// `guidance` is told, from any thread and without delay, what the person should do while the scan goes on.
    func verify(
        _ request: FaceScanRequest, guidance: @escaping @Sendable (Prompt) -> Void
    ) async throws(Fault) -> FaceEvidence
    /// Looks at the camera and returns one template per good frame, up to `count`; `guidance` as for `verify`.
    func capture(
        count: Int, timeLimit: Double, guidance: @escaping @Sendable (Prompt) -> Void
    ) async throws(Fault) -> [FaceTemplate]
    /// Looks at the camera and says how well it sees; compares nobody.
    func look(timeLimit: Double) async throws(Fault) -> FaceQuality
    /// Opens the camera and loads the models for a scan that will come soon; the lease ends by itself.
    func warm() async
}

extension FaceVerifier {
    /// Scans and compares where nobody can be told what to do.
    public func verify(_ request: FaceScanRequest) async throws(Fault) -> FaceEvidence {
        try await verify(request) { _ in }
    }

    /// Captures where nobody can be told what to do.
    public func capture(count: Int, timeLimit: Double) async throws(Fault) -> [FaceTemplate] {
        try await capture(count: count, timeLimit: timeLimit) { _ in }
    }
}
