import KioskModel

/// What one read of a resident identity card brought.
struct ResidentReading: Sendable {
    static let photoLength = 1024

    let record: ResidentRecord
    /// WLT, a format without open description: handed on as it is, never stored or logged.
    let photo: Secret<[UInt8]>

    /// `text length BE16 | photo length BE16 | text | photo`. Throws `cardDataInvalid` or `cardWrongKind`.
    init(parsing data: [UInt8]) throws(Fault) {
        let expected = 4 + ResidentRecord.length + Self.photoLength
        guard data.count == expected, Array(data.prefix(4)) == [0x01, 0x00, 0x04, 0x00] else {
            throw Fault(.cardDataInvalid, "the card's data has other lengths than 256 and 1024")
        }
        record = try ResidentRecord(parsing: Array(data[4..<(4 + ResidentRecord.length)]))
        photo = Secret(Array(data[(4 + ResidentRecord.length)...]))
    }
}
