import KioskModel

/// A social security card: a PBOC card whose holder's records are readable without keys (ISO 7816-4 commands).
enum SocialSecurityCard {
    /// `sx1.sh.` and 社会保障 in GBK.
    static let application: [UInt8] = [
        0x73, 0x78, 0x31, 0x2E, 0x73, 0x68, 0x2E, 0xC9, 0xE7, 0xBB, 0xE1, 0xB1, 0xA3, 0xD5, 0xCF,
    ]

    /// Reads what identifies the holder, and nothing else.
    ///
    /// Throws `cardWrongKind` where the application is not on the card, `cardDataInvalid` where its data is broken.
    static func read(_ channel: CardChannel) async throws(Fault) -> PatientIdentity {
        let role = channel.reader.role
        let selected = try await channel.transmit(.select(application: application))
        guard selected.status == .success else {
            throw Fault(.cardWrongKind, "SELECT: \(selected.status)", device: role)
        }
        var records = SocialSecurityRecords()
        for file: UInt16 in [0xEF05, 0xEF06] {
            let path = [UInt8(file >> 8), UInt8(truncatingIfNeeded: file)]
            let answer = try await channel.transmit(CommandAPDU(0x00, 0xA4, 0x02, 0x00, data: path))
            guard answer.status == .success else {
                throw Fault(.cardDataInvalid, "SELECT EF\(hex(path[1]).dropFirst(2)): \(answer.status)", device: role)
            }
            for record in SocialSecurityRecords.Record.allCases where record.file == file {
                if let bytes = try await read(record, channel) { try records.add(bytes, for: record) }
            }
        }
        return try records.identity()
    }

    /// READ RECORD by tag; nil for an optional record that the card lacks.
    private static func read(
        _ record: SocialSecurityRecords.Record, _ channel: CardChannel
    ) async throws(Fault) -> [UInt8]? {
        let command = CommandAPDU(0x00, 0xB2, record.rawValue, 0x00, expected: record.length + 2)
        let answer = try await channel.transmit(command)
        if answer.status == .success { return answer.data }
        guard record.isRequired || answer.status != .recordNotFound else { return nil }
        throw Fault(
            .cardDataInvalid, "READ RECORD \(hex(record.rawValue).dropFirst(2)): \(answer.status)",
            device: channel.reader.role)
    }
}
