import DispenserKit
import Testing

@Suite struct TemperatureTests {
    /// Lets five minutes pass, with a reading at their end.
    private func pass(_ rig: Rig, _ temperature: Int16?) {
        rig.cabinet.temperature = temperature
        rig.cabinet.now &+= TemperatureLog.interval
        rig.controller.poll()
    }

    private func piece(_ rig: Rig, from first: UInt32) -> TemperatureReport? {
        if case .temperature(let report)? = rig.ask(.temperature(first: first)) { report } else { nil }
    }

    @Test func `the first reading is taken at the boot, the next ones every five minutes`() throws {
        let rig = Rig()
        rig.controller.poll()
        for minute in 0..<14 {
            rig.cabinet.now &+= 60_000
            rig.cabinet.temperature = 2200 + Int16(minute)
            rig.controller.poll()
        }
        let report = try #require(piece(rig, from: 0))
        #expect((report.first, report.next, report.count) == (0, 3, 3))
        #expect((0..<3).map { report.reading(at: $0) } == [2150, 2204, 2209])
        #expect((report.least, report.most) == (2150, 2209))
        #expect((report.interval, report.uptime, report.newestAge) == (300, 840, 240))
    }

    @Test func `a silent thermometer leaves a gap, not a number`() throws {
        let rig = Rig()
        rig.cabinet.temperature = nil
        rig.controller.poll()
        pass(rig, -450)
        pass(rig, nil)
        let report = try #require(piece(rig, from: 0))
        #expect((0..<3).map { report.reading(at: $0) } == [nil, -450, nil])
        #expect((report.least, report.most) == (-450, -450))
    }

    @Test func `four thousand readings and more are kept, and read piece by piece without a gap`() throws {
        let rig = Rig()
        rig.controller.poll()
        for index in 1..<5000 { pass(rig, Int16(index)) }
        var next: UInt32 = 0
        var all: [Int16] = []
        repeat {
            let found = try #require(piece(rig, from: next))
            if all.isEmpty { #expect(found.first == 5000 - UInt32(TemperatureLog.capacity)) }
            all += (0..<found.count).compactMap { found.reading(at: $0) }
            next = found.first + UInt32(found.count)
        } while next < 5000
        #expect(all == (904..<5000).map(Int16.init))
        #expect(TemperatureLog.capacity >= 4000)
        #expect(piece(rig, from: 5000)?.count == 0)
        #expect(piece(rig, from: .max)?.first == 5000)
    }

    @Test func `a report that claims more readings than there were is refused`() throws {
        let rig = Rig()
        rig.controller.poll()
        pass(rig, 2100)
        let good = try #require(piece(rig, from: 0))
        let frame = Reply.temperature(good).frame(sequence: 1)
        guard case .temperature(let again) = try Reply(frame) else { throw MessageError.type }
        #expect(again == good)
        var longer = frame
        for _ in 0..<2 { longer.body.append(0) }
        #expect(throws: MessageError.body) { try Reply(longer) }
        var odd = frame
        odd.body.append(0)
        #expect(throws: MessageError.body) { try Reply(odd) }
    }
}
