import KioskModel

/// Sends commands to the powered card: fetches what `61xx` announces, repeats with the length that `6Cxx` names.
struct CardChannel: Sendable {
    let reader: CCIDReader

    /// No object on the cards in use is longer; a card that goes on and on is cut off here.
    private static let longestData = 65_536

    func transmit(_ command: CommandAPDU) async throws(Fault) -> ResponseAPDU {
        var response = try await once(command)
        if let length = response.status.exactLength { response = try await once(command.expecting(length)) }
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
