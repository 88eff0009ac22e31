import KioskModel

/// Sends commands to the powered card: fetches what `61xx` announces, repeats with the length that `6Cxx` names.
///
/// Data of more than 255 bytes goes in one APDU of the extended form where reader and card take it, else in several by
/// command chaining (ISO 7816-4 section 5.1.1).
struct CardChannel: Sendable {
    let reader: any SmartCardReader
    private let takesExtended: Bool

    /// No object on the cards in use is longer; a card that goes on and on is cut off here.
    private static let longestData = 65_536

    /// `card` is what the card answered to its reset; without it nothing of the extended form is sent.
    init(reader: any SmartCardReader, card: AnswerToReset? = nil) {
        self.reader = reader
        takesExtended = reader.takesExtendedAPDU && card.map { CardCapabilities($0).takesExtended } ?? false
    }

    func transmit(_ command: CommandAPDU) async throws(Fault) -> ResponseAPDU {
        var response = try await whole(command)
        var data = response.data
        while let available = response.status.bytesAvailable {
            let rest = CommandAPDU(command.cla & ~0x10, 0xC0, 0, 0, expected: UInt8(truncatingIfNeeded: available))
            response = try await once(rest)
            if let length = response.status.exactLength { response = try await once(rest.expecting(length)) }
            guard response.status.bytesAvailable == nil || !response.data.isEmpty else {
                throw Fault(.cardDataInvalid, "the card announces data and gives none", device: reader.role)
            }
            data += response.data
            guard data.count <= Self.longestData else {
                throw Fault(.cardDataInvalid, "the card's answer has no end", device: reader.role)
            }
        }
        return ResponseAPDU(data: data, status: response.status)
    }

    /// The command, in one APDU or in a chain; a link that the card refuses ends it with that status.
    private func whole(_ command: CommandAPDU) async throws(Fault) -> ResponseAPDU {
        var last = command
        if command.data.count > CommandAPDU.longestShort, !takesExtended {
            let links = command.chained
            for link in links.dropLast() {
                let response = try await once(link)
                guard response.status == .success else { return response }
            }
            last = links.last ?? command
        }
        let response = try await once(last)
        guard let length = response.status.exactLength else { return response }
        return try await once(last.expecting(length))
    }

    private func once(_ command: CommandAPDU) async throws(Fault) -> ResponseAPDU {
        guard let bytes = command.encoded else {
            throw Fault(.internalError, "\(command) is too long", device: reader.role)
        }
        guard let response = ResponseAPDU(parsing: try await reader.transmit(bytes)) else {
            throw Fault(.readerProtocol, "an answer without status word", device: reader.role)
        }
        return response
    }
}
