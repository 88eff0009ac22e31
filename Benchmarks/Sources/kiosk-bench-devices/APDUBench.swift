import BenchSupport
import CDevicePeer
import CardReader
import USBTransport

/// One APDU to a card and back: through our CCID driver over USB/IP, and through pcscd with a virtual reader. The card
/// is the same, in a process of its own both times.
struct APDUBench {
    private static let rounds = 11
    private static let count = 100
    let folder: BenchFolder

    func run(_ report: Report) async throws {
        if let obstacle = PCSCDaemon.obstacle { return note("apdu-round-trip not run: \(obstacle)") }
        let process = try BenchProcess(["reader"])
        defer { process.end() }
        guard let port = UInt16(try process.line()) else { throw BenchError("the reader has no port") }
        let host = USBIPHost(host: "127.0.0.1", port: port)
        guard let device = try await host.devices().first else { throw BenchError("the reader is not there") }
        let own = try await CCIDCard(in: try await host.open(device), role: "reader")
        let pcscd = try await PCSCDaemon(folder: folder)
        defer { pcscd.end() }
        let peer = try await Self.connect()
        try await compare(report, { try await own.transmit($0) }, { try peer.transmit($0) })
        await host.shutdown()
    }

    private func compare(_ report: Report, _ own: CardTalk.Way, _ peer: CardTalk.Way) async throws {
        let commands = (try await CardTalk.prepare(own), try await CardTalk.prepare(peer))
        var times: (own: [Double], peer: [Double]) = ([], [])
        for _ in 0..<Self.rounds {
            times.own.append(try await CardTalk.time(own, commands.0, count: Self.count))
            times.peer.append(try await CardTalk.time(peer, commands.1, count: Self.count))
        }
        try report.line(
            "apdu-round-trip", times.own.median * 1e6, "µs", against: "the same APDU through pcscd and vpcd",
            times.peer.median * 1e6)
    }

    private static func connect() async throws -> PCSCCard {
        var found: PCSCCard?
        try await wait(for: "a card in pcscd's reader") {
            found = PCSCCard(reader: PCSCDaemon.reader)
            return found != nil
        }
        guard let found else { throw BenchError("no card in pcscd's reader") }
        return found
    }
}

/// A card by libpcsclite.
private final class PCSCCard {
    private let peer: OpaquePointer

    init?(reader: String) {
        guard let peer = card_peer_connect(reader) else { return nil }
        self.peer = peer
    }

    deinit { card_peer_close(peer) }

    func transmit(_ apdu: [UInt8]) throws -> [UInt8] {
        var answer = [UInt8](repeating: 0, count: 512)
        let length = card_peer_transmit(peer, apdu, apdu.count, &answer, answer.count)
        guard length >= 2 else { throw BenchError("SCardTransmit failed") }
        return Array(answer[..<length])
    }
}
