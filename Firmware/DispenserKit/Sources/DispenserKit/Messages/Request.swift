/// What the host asks of the controller.
///
/// Bodies, little-endian: identify, none; status, slot (2); dispense, transaction (4) slot (2) count (1);
/// query and acknowledge, transaction (4); home, transaction (4) slot (2); temperature, number of the first reading
/// wanted (4); door, 1 to release its latch (1); update begin, image header (32) signature (64); update piece, offset (4)
/// code (a multiple of 32); firmware, update finish, restart and confirm, none.
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
    /// Turns a slot's motor home, at most once for one transaction number. A box may fall: the report says how many.
    case home(transaction: UInt32, slot: UInt16)
    /// The temperature log from this reading on.
    case temperature(first: UInt32)
    /// Whether the door is open; `release` lets its latch go first.
    case door(release: Bool)
    /// Which firmware runs, and how far an update is.
    case firmware
    /// Begins an update; what lies in the bank that does not run is gone.
    case updateBegin(ImageHeader, signature: FixedBytes<64>)
    case updatePiece(offset: UInt32, UpdatePiece)
    /// Everything was sent: the image is checked, and installed where it is good.
    case updateFinish
    /// Starts anew, with an installed image.
    case restart
    /// The running firmware does what it should: it stays.
    case confirm

    public var type: MessageType {
        switch self {
        case .identify: .identify
        case .status: .status
        case .dispense: .dispense
        case .query: .query
        case .acknowledge: .acknowledge
        case .home: .home
        case .temperature: .temperature
        case .door: .door
        case .firmware: .firmware
        case .updateBegin: .updateBegin
        case .updatePiece: .updatePiece
        case .updateFinish: .updateFinish
        case .restart: .restart
        case .confirm: .confirm
        }
    }

    public func frame(sequence: UInt16) -> Frame {
        var body = FrameBody()
        switch self {
        case .identify, .firmware, .updateFinish, .restart, .confirm: break
        case .home(let transaction, let slot):
            body.append(littleEndian: transaction)
            body.append(littleEndian: slot)
        case .door(let release): body.append(release ? 1 : 0)
        case .updateBegin(let header, let signature):
            body.append(contentsOf: header.bytes)
            body.append(contentsOf: signature)
        case .updatePiece(let offset, let piece):
            body.append(littleEndian: offset)
            body.append(contentsOf: piece)
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
        case .home:
            guard let transaction = reader.uint32(), let slot = reader.uint16() else { throw .body }
            self = .home(transaction: transaction, slot: slot)
        case .door:
            guard let action = reader.byte(), action < 2 else { throw .body }
            self = .door(release: action == 1)
        case .firmware: self = .firmware
        case .updateBegin:
            guard let unit: FlashUnit = reader.take(32), let header = ImageHeader(unit),
                let signature: FixedBytes<64> = reader.take(64)
            else { throw .body }
            self = .updateBegin(header, signature: signature)
        case .updatePiece:
            guard let offset = reader.uint32(), let piece: UpdatePiece = reader.take(frame.body.count - 4) else {
                throw .body
            }
            self = .updatePiece(offset: offset, piece)
        case .updateFinish: self = .updateFinish
        case .restart: self = .restart
        case .confirm: self = .confirm
        case .identity, .statusReport, .transactionReport, .acknowledged, .temperatureReport, .doorReport,
            .firmwareReport, .refused, nil:
            throw .type
        }
        guard reader.isAtEnd || type == .identify else { throw .body }
    }
}
