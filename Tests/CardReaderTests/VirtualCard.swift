import Foundation
import KioskPlatform
import SimulatedDevices
import Synchronization

/// A simulated card in a slot of vsmartcard's virtual reader: the card's side of its protocol over TCP.
///
/// Each message is its length, big-endian in two bytes, and an APDU, or one byte that drives the contacts (vpcd.h).
final class VirtualCard: Sendable {
    private let stream: SocketStream

    /// Puts the card in. Throws where nothing listens at the port.
    init(_ card: any SimulatedCard, port: UInt16) throws {
        let stream = try SocketStream.connect(host: "127.0.0.1", port: port)
        self.stream = stream
        let thread = Thread { try? Self.serve(card, stream) }
        thread.start()
    }

    func remove() { stream.shutdown() }

    private enum Control {
        static let powerOff: UInt8 = 0
        static let powerOn: UInt8 = 1
        static let reset: UInt8 = 2
        static let answerToReset: UInt8 = 4
    }

    private static func serve(_ card: any SimulatedCard, _ stream: SocketStream) throws {
        while true {
            let length = try stream.read(exactly: 2).reduce(0) { $0 << 8 | Int($1) }
            let message = try stream.read(exactly: length)
            switch message {
            case [Control.powerOff], [Control.powerOn], [Control.reset]: card.reset()
            case [Control.answerToReset]: try answer(card.answerToReset ?? [], stream)
            default: try answer(card.transmit(message), stream)
            }
        }
    }

    private static func answer(_ bytes: [UInt8], _ stream: SocketStream) throws {
        try stream.write([UInt8(bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes)
    }
}
