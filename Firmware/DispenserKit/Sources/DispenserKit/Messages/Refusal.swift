/// Why the controller did not do what it was asked; nothing moved for that request.
///
/// Body: reason (1), the request's type (1), transaction or 0 (4).
public struct Refusal: Error, Sendable, Hashable {
    public enum Reason: UInt8, Sendable, Hashable {
        /// Another protocol version.
        case version = 1
        /// A request that this firmware does not know.
        case unsupported = 2
        /// The body does not have the request's form.
        case malformed = 3
        /// Another transaction is running, or this one still is.
        case busy = 4
        /// The number is at or below the high-water mark, and the journal has nothing of it.
        case stale = 5
        /// Zero, above the range, or too far above the high-water mark.
        case number = 6
        /// No box, or too many.
        case count = 7
        case slotAbsent = 8
        case slotLocked = 9
        /// Too many outcomes wait for their acknowledgement.
        case heldFull = 10
        /// The journal can't be written.
        case journal = 11
        /// The image is for another board, or too large.
        case imageUnfit = 12
        /// The image is not newer than what runs, or than what was confirmed before.
        case imageNotNewer = 13
        /// No update is under way, or the piece is not the next one.
        case updateOutOfPlace = 14
        /// The firmware is on trial: until it is confirmed it moves nothing and takes no update.
        case onTrial = 15
        /// The flash can't be written.
        case memory = 16
    }

    public let reason: Reason
    public let request: UInt8
    public let transaction: UInt32

    public init(_ reason: Reason, request: UInt8, transaction: UInt32 = 0) {
        self.reason = reason
        self.request = request
        self.transaction = transaction
    }

    func append(to body: inout FrameBody) {
        body.append(reason.rawValue)
        body.append(request)
        body.append(littleEndian: transaction)
    }

    init?(_ reader: inout ByteReader<248>) {
        guard let raw = reader.byte(), let reason = Reason(rawValue: raw), let request = reader.byte(),
            let transaction = reader.uint32()
        else { return nil }
        self.init(reason, request: request, transaction: transaction)
    }
}
