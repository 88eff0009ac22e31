import BenchSupport
import CDevicePeer
import DispenserKit

/// Frames of the cabinet's link encoded and decoded on this machine, beside plain C.
struct CodecBench {
    private static let frames = 20_000
    private static let rounds = 11

    func run(_ report: Report) throws {
        let frame = Reply.status(CabinetStatus(slot: 12, condition: .ready)).frame(sequence: 0)
        let body = (0..<frame.body.count).compactMap { frame.body.byte(at: $0) }
        let times = try byTurns(
            rounds: Self.rounds,
            own: { guard own(frame) == Self.frames else { throw BenchError("a frame did not come back") } },
            peer: {
                let good = codec_peer_frames(frame.type, body, body.count, Self.frames)
                guard good == Self.frames else { throw BenchError("a frame did not come back in C") }
            })
        try report.line(
            "codec", Double(Self.frames) / times.own, "frames/s",
            against: "plain C: COBS, and CRC-32 without a table, on the same frames", Double(Self.frames) / times.peer)
    }

    private func own(_ frame: Frame) -> Int {
        var decoder = FrameDecoder()
        var good = 0
        for number in 0..<Self.frames {
            var sent = frame
            sent.sequence = UInt16(truncatingIfNeeded: number)
            let wire = sent.encoded()
            for index in 0..<wire.count {
                guard let byte = wire.byte(at: index), let found = try? decoder.push(byte) else { continue }
                if found.sequence == sent.sequence, found.body.count == sent.body.count { good += 1 }
            }
        }
        return good
    }
}
