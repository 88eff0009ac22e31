/// What the host asks of the controller.
///
/// Bodies, little-endian: identify, none; status, slot (2); dispense, transaction (4) slot (2) count (1);
/// query and acknowledge, transaction (4); temperature, number of the first reading wanted (4).
public enum Request: Sendable, Hashable {
    case identify
    /// The cabinet's state, and one slot's.
    case status(slot: UInt16)
    /// Moves at most once for one transaction number, however often it comes.
    case dispense(DispenseOrder)
    /// What became of a transaction. A number never seen is closed by the question: it can't start afterwards.
    case query(transaction: UInt32)
    /// Lets the controller forget an outcome.
    case acknowledge(transaction: UInt32)
    /// The temperature log from this reading on.
    case temperature(first: UInt32)

    public var type: MessageType {
        switch self {
        case .identify: .identify
        case .status: .status
        case .dispense: .dispense
        case .query: .query
        case .acknowledge: .acknowledge
        case .temperature: .temperature
        }
    }

    public func frame(sequence: UInt16) -> Frame {
        var body = FrameBody()
        switch self {
        case .identify: break
        case .status(let slot): body.append(littleEndian: slot)
        case .dispense(let order):
            body.append(littleEndian: order.transaction)
            body.append(littleEndian: order.slot)
            body.append(order.count)
        case .query(let number), .acknowledge(let number), .temperature(let number):
            body.append(littleEndian: number)
        }
        return Frame(type: type.rawValue, sequence: sequence, body: body)
    }

    /// Reads a request; `identify` is read whatever the version, so that two versions can find out about each other.
    public init(_ frame: Frame) throws(MessageError) {
        let type = MessageType(rawValue: frame.type)
        guard frame.version == Frame.currentVersion || type == .identify else { throw .version }
        var reader = ByteReader(frame.body)
        switch type {
        case .identify: self = .identify
        case .status:
            guard let slot = reader.uint16() else { throw .body }
            self = .status(slot: slot)
        case .dispense:
            guard let transaction = reader.uint32(), let slot = reader.uint16(), let count = reader.byte() else {
                throw .body
            }
            self = .dispense(DispenseOrder(transaction: transaction, slot: slot, count: count))
        case .query:
            guard let transaction = reader.uint32() else { throw .body }
            self = .query(transaction: transaction)
        case .acknowledge:
            guard let transaction = reader.uint32() else { throw .body }
            self = .acknowledge(transaction: transaction)
        case .temperature:
            guard let first = reader.uint32() else { throw .body }
            self = .temperature(first: first)
        case .identity, .statusReport, .transactionReport, .acknowledged, .temperatureReport, .refused, nil:
            throw .type
        }
        guard reader.isAtEnd || type == .identify else { throw .body }
    }
}
