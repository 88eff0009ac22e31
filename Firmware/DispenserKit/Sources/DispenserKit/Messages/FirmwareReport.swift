/// Which firmware runs, what lies in the other bank, and how far an update is.
///
/// Body: version (3), bank (1), flags (1: on trial, laboratory key), board (2), phase (1), failure (1), received (4),
/// version that was left aside (3, 0.0.0 none), other bank's state (1) and version (3). A newer version may add fields
/// at the end.
public struct FirmwareReport: Sendable, Hashable {
    public var version: FirmwareVersion
    public var bank: UInt8
    /// Not confirmed yet: it dispenses nothing, and the next start goes back.
    public var isOnTrial = false
    /// Built with the laboratory's key, which everybody knows: not for a kiosk that serves patients.
    public var hasLaboratoryKey = false
    public var board: UInt16
    public var phase = UpdatePhase.idle
    public var failure = UpdateFailure.none
    public var received: UInt32 = 0
    public var abandoned: FirmwareVersion
    public var otherState: ImageBank.State
    public var otherVersion: FirmwareVersion

    public init(
        version: FirmwareVersion, bank: UInt8, board: UInt16, abandoned: FirmwareVersion,
        otherState: ImageBank.State, otherVersion: FirmwareVersion
    ) {
        self.version = version
        self.bank = bank
        self.board = board
        self.abandoned = abandoned
        self.otherState = otherState
        self.otherVersion = otherVersion
    }

    func append(to body: inout FrameBody) {
        version.append(to: &body)
        body.append(bank)
        body.append((isOnTrial ? 1 : 0) | (hasLaboratoryKey ? 2 : 0))
        body.append(littleEndian: board)
        body.append(phase.rawValue)
        body.append(failure.rawValue)
        body.append(littleEndian: received)
        abandoned.append(to: &body)
        body.append(otherState.rawValue)
        otherVersion.append(to: &body)
    }

    init?(_ reader: inout ByteReader<248>) {
        guard let version = FirmwareVersion(&reader), let bank = reader.byte(), let flags = reader.byte(),
            let board = reader.uint16(), let phase = reader.byte().flatMap(UpdatePhase.init(rawValue:)),
            let failure = reader.byte().flatMap(UpdateFailure.init(rawValue:)), let received = reader.uint32(),
            let abandoned = FirmwareVersion(&reader),
            let otherState = reader.byte().flatMap(ImageBank.State.init(rawValue:)),
            let otherVersion = FirmwareVersion(&reader)
        else { return nil }
        self.init(
            version: version, bank: bank, board: board, abandoned: abandoned, otherState: otherState,
            otherVersion: otherVersion)
        isOnTrial = flags & 1 != 0
        hasLaboratoryKey = flags & 2 != 0
        self.phase = phase
        self.failure = failure
        self.received = received
    }
}
