import Testing

@testable import DispenserKit

@Suite struct FrameTests {
    @Test func `the CRC is the one of ISO 3309`() {
        var crc = CRC32()
        for byte in "123456789".utf8 { crc.update(byte) }
        #expect(crc.value == 0xCBF4_3926)
    }

    @Test func `any body comes back as it was, and no zero is inside a frame`() throws {
        let seed: UInt64 = 0xD15B
        var generator = SeededGenerator(seed: seed)
        for length in 0...248 {
            var body = FrameBody()
            for _ in 0..<length {
                body.append(Bool.random(using: &generator) ? 0 : .random(in: 1...255, using: &generator))
            }
            let sent = Frame(type: 3, sequence: .random(in: 0 ... .max, using: &generator), body: body)
            let wire = bytes(of: sent.encoded())
            #expect(!wire.dropFirst().dropLast().contains(0), "seed \(seed), length \(length)")
            let received = try #require(frames(in: wire).first, "seed \(seed), length \(length)")
            #expect(received.sequence == sent.sequence)
            #expect(bytes(of: received.body) == bytes(of: body))
        }
    }

    @Test func `a frame without zeros in 254 and more bytes comes back`() throws {
        var body = FrameBody()
        for _ in 0..<248 { body.append(0xAA) }
        let received = try #require(frames(in: bytes(of: Frame(type: 1, sequence: 0x0101, body: body).encoded())).first)
        #expect(received.body.count == 248)
    }

    @Test func `a frame cut anywhere, or with any bit flipped, is no frame`() {
        let wire = bytes(of: order(5).frame(sequence: 9).encoded())
        for length in 1..<(wire.count - 1) { #expect(frames(in: wire[..<length] + [0]).isEmpty, "length \(length)") }
        for index in 1..<(wire.count - 1) {
            for bit in 0..<8 {
                var broken = wire
                broken[index] ^= 1 << bit
                #expect(frames(in: broken).isEmpty, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func `a good frame is found after noise, half a frame and one that is too long`() {
        let good = bytes(of: order(7).frame(sequence: 3).encoded())
        let seed: UInt64 = 77
        var generator = SeededGenerator(seed: seed)
        for round in 0..<200 {
            let noise = (0..<Int.random(in: 0...600, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let found = frames(in: noise + good.dropLast(4) + good)
            #expect(found.map(\.sequence) == [3], "seed \(seed), round \(round)")
        }
        #expect(frames(in: [UInt8](repeating: 1, count: 100_000) + good).count == 1)
    }

    @Test func `every request and reply comes back as it was`() throws {
        let requests: [Request] = [
            .identify, .status(slot: 515), order(0xFFFF_FFFE), .query(transaction: 1), .acknowledge(transaction: 258),
        ]
        for request in requests { #expect(try Request(request.frame(sequence: 1)) == request) }
        var status = CabinetStatus(slot: 7, condition: .locked)
        status.isDoorOpen = true
        status.isJournalOutOfOrder = true
        status.heldOutcomes = 3
        status.oldestHeld = 70_000
        let firmware = FirmwareVersion(major: 1, minor: 2, patch: 3)
        let replies: [Reply] = [
            .identity(Identity(firmware: firmware, slots: 100, highWaterMark: 0x0102_0304, unit: .max - 1)),
            .status(status), .acknowledged(transaction: 9),
            .transaction(TransactionReport(transaction: 5, state: .jam, detail: .stuckAway, slot: 3, count: 2)),
            .refused(Refusal(.stale, request: 3, transaction: 4)),
        ]
        for reply in replies { #expect(try Reply(reply.frame(sequence: 1)) == reply) }
    }

    @Test func `a body of the wrong length is refused, whatever the type`() {
        for request in [Request.status(slot: 1), order(1), .query(transaction: 1), .acknowledge(transaction: 1)] {
            let whole = request.frame(sequence: 0)
            for length in 0..<whole.body.count {
                var short = whole
                short.body.truncate(to: length)
                #expect(throws: MessageError.body) { try Request(short) }
            }
            var long = whole
            long.body.append(0)
            #expect(throws: MessageError.body) { try Request(long) }
        }
        #expect(throws: MessageError.type) { try Request(Frame(type: 0x77, sequence: 0, body: FrameBody())) }
        #expect(throws: MessageError.version) {
            try Request(Frame(type: MessageType.query.rawValue, sequence: 0, body: FrameBody(), version: 2))
        }
    }

    private func order(_ transaction: UInt32) -> Request {
        .dispense(DispenseOrder(transaction: transaction, slot: 12, count: 1))
    }

    private func frames(in bytes: some Sequence<UInt8>) -> [Frame] {
        var decoder = FrameDecoder()
        return bytes.compactMap { byte in (try? decoder.push(byte)).flatMap { $0 } }
    }

    private func bytes<let capacity: Int>(of fixed: FixedBytes<capacity>) -> [UInt8] {
        (0..<fixed.count).compactMap { fixed.byte(at: $0) }
    }
}
