import KioskModel
import USBTransport

/// The card in a CCID reader by its bare APDUs: for tools and measurements; the stations speak for the kiosk.
public struct CCIDCard: Sendable {
    private let reader: CCIDReader

    /// Claims the reader and powers its card. Throws as `CCIDReader` does: `readerUnsuitable`, `cardAbsent`, `cardMute`.
    public init(in connection: any USBConnection, role: String) async throws(Fault) {
        reader = try await CCIDReader.open(connection, role: role)
        _ = try await reader.powerOn()
    }

    /// One command APDU; the card's whole answer, status word included. Throws `cardRemoved` or `cardMute`.
    public func transmit(_ apdu: [UInt8]) async throws(Fault) -> [UInt8] { try await reader.transmit(apdu) }
}
