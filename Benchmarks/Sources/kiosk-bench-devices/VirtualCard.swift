import BenchSupport
import Foundation
import KioskPlatform
import SimulatedDevices

/// `card PORT`: the same card at the far end of vsmartcard's virtual reader (vpcd), which is a driver of pcscd.
///
/// Its protocol: two bytes of length, most significant first, then the bytes; one byte is a command (0 off, 1 on, 2
/// reset, 4 answer to reset), more are an APDU.
enum VirtualCard {
    static func serve(port: UInt16) async throws {
        try await onOwnThread("card") {
            let stream = try SocketStream.connect(host: "127.0.0.1", port: port)
            say("inserted")
            let card = CardTalk.card
            while let head = try? read(2, from: stream) {
                let message = try read(Int(head[0]) << 8 | Int(head[1]), from: stream)
                switch message {
                case [0], [1], [2]: card.reset()
                case [4]: try send(card.answerToReset ?? [], to: stream)
                default: try send(card.transmit(message), to: stream)
                }
            }
        }
    }

    /// vpcd sends the length by itself and, by Nagle's algorithm, the rest only after its acknowledgement, which a
    /// receiver holds back for 40 ms: that would be what is measured.
    private static func read(_ count: Int, from stream: SocketStream) throws -> [UInt8] {
        var on: Int32 = 1
        setsockopt(stream.descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, &on, socklen_t(MemoryLayout<Int32>.size))
        return try stream.read(exactly: count)
    }

    private static func send(_ bytes: [UInt8], to stream: SocketStream) throws {
        try stream.write([UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes)
    }
}
