/// What the controller answers.
///
/// A dispense order is answered at once (running, an old outcome, or refused), and once more with its outcome when the
/// motion ends; both carry the order's sequence number.
public enum Reply: Sendable, Hashable {
    case identity(Identity)
    case status(CabinetStatus)
    case transaction(TransactionReport)
    case acknowledged(transaction: UInt32)
    case temperature(TemperatureReport)
    /// Whether the door is open.
    case door(isOpen: Bool)
    case firmware(FirmwareReport)
    case refused(Refusal)

    public var type: MessageType {
        switch self {
        case .identity: .identity
        case .status: .statusReport
        case .transaction: .transactionReport
        case .acknowledged: .acknowledged
        case .temperature: .temperatureReport
        case .door: .doorReport
        case .firmware: .firmwareReport
        case .refused: .refused
        }
    }

    public func frame(sequence: UInt16) -> Frame {
        var body = FrameBody()
        switch self {
        case .identity(let identity): identity.append(to: &body)
        case .status(let status): status.append(to: &body)
        case .transaction(let report): report.append(to: &body)
        case .acknowledged(let transaction): body.append(littleEndian: transaction)
        case .temperature(let report): report.append(to: &body)
        case .door(let isOpen): body.append(isOpen ? 1 : 0)
        case .firmware(let report): report.append(to: &body)
        case .refused(let refusal): refusal.append(to: &body)
        }
        return Frame(type: type.rawValue, sequence: sequence, body: body)
    }

    /// Reads a reply. `identity` and `refused` are read whatever the version.
    public init(_ frame: Frame) throws(MessageError) {
        let type = MessageType(rawValue: frame.type)
        guard frame.version == Frame.currentVersion || type == .identity || type == .refused else { throw .version }
        var reader = ByteReader(frame.body)
        switch type {
        case .identity:
            guard let identity = Identity(&reader) else { throw .body }
            self = .identity(identity)
        case .statusReport:
            guard let status = CabinetStatus(&reader) else { throw .body }
            self = .status(status)
        case .transactionReport:
            guard let report = TransactionReport(&reader) else { throw .body }
            self = .transaction(report)
        case .acknowledged:
            guard let transaction = reader.uint32() else { throw .body }
            self = .acknowledged(transaction: transaction)
        case .temperatureReport:
            guard let report = TemperatureReport(&reader) else { throw .body }
            self = .temperature(report)
        case .doorReport:
            guard let flags = reader.byte() else { throw .body }
            self = .door(isOpen: flags & 1 != 0)
        case .firmwareReport:
            guard let report = FirmwareReport(&reader) else { throw .body }
            self = .firmware(report)
        case .refused:
            guard let refusal = Refusal(&reader) else { throw .body }
            self = .refused(refusal)
        case .identify, .status, .dispense, .query, .acknowledge, .home, .temperature, .door, .firmware, .updateBegin,
            .updatePiece, .updateFinish, .restart, .confirm, nil:
            throw .type
        }
    }
}
