import Foundation
import KioskModel
import KioskPlatform
import KioskTestSupport
import Testing

/// A wall clock that somebody set, or that lost its battery, is found out by what trusted sources have told.
struct FlooredClockTests {
    private let folder = TemporaryFolder("floor")
    private let machine = TestClock()
    private var path: String { folder.file("time.floor") }
    private let hour: Int64 = 3_600_000

    private func clock() -> FlooredClock { FlooredClock(machine, path: path) }

    init() { machine.setQuality(.unconfirmed) }

    @Test func `a clock that nobody has told anything is as it was`() {
        let clock = clock()
        #expect(clock.stamp() == machine.stamp())
        #expect(clock.floor == .min)
        #expect(clock.latest == machine.stamp().wall)
    }

    @Test func `a clock that was set back behind a signed document is untrusted, and time is at least that`() async {
        let clock = clock()
        let signed = machine.stamp().wall
        await clock.learn(signed, isNow: false)
        #expect(clock.stamp().quality == .unconfirmed)
        machine.setWall(signed - hour)
        #expect(clock.stamp().quality == .untrusted)
        #expect(clock.stamp().wall == signed - hour)
        #expect(clock.latest == signed)
        machine.advance(by: .seconds(7200))
        #expect(clock.floor == signed + 2 * hour)
        machine.setWall(signed + 3 * hour)
        #expect(clock.stamp().quality == .unconfirmed)
        #expect(clock.latest == signed + 3 * hour)
    }

    @Test func `a clock that the platform confirms is synchronized; one set forward or back since is not`() async {
        let clock = clock()
        let now = machine.stamp().wall
        await clock.learn(now + 2000, isNow: true)
        #expect(clock.stamp().quality == .synchronized)
        machine.advance(by: .seconds(86_400))
        #expect(clock.stamp().quality == .synchronized)
        for shift in [hour, -hour] {
            machine.setWall(now + 86_400_000 + shift)
            #expect(clock.stamp().quality == .untrusted, "\(shift)")
        }
        machine.setWall(now + 86_400_000)
        #expect(clock.stamp().quality == .synchronized)
    }

    @Test func `honest clocks differ by some minutes and are believed`() async {
        let clock = clock()
        let now = machine.stamp().wall
        await clock.learn(now, isNow: false)
        machine.setWall(now - FlooredClock.tolerance)
        #expect(clock.stamp().quality == .unconfirmed)
        machine.setWall(now - FlooredClock.tolerance - 1)
        #expect(clock.stamp().quality == .untrusted)
    }

    @Test func `the floor outlives the process, and a file that is damaged says nothing`() async throws {
        let signed = machine.stamp().wall
        await clock().learn(signed, isNow: true)
        machine.setWall(signed - hour)
        let next = clock()
        #expect(next.stamp().quality == .untrusted)
        #expect(next.floor == signed)
        for text in ["", "{}", "{\"floor\":9223372036854775807}", "{\"floor\":-1}", "no JSON"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            #expect(clock().floor == .min, "\(text)")
            #expect(clock().stamp().quality == .unconfirmed)
        }
    }

    @Test func `a floor is written when it has risen, not with every answer, and a wild time is not taken`()
        async throws
    {
        let clock = clock()
        let now = machine.stamp().wall
        await clock.learn(now, isNow: true)
        let first = try Data(contentsOf: URL(fileURLWithPath: path))
        for wild in [Int64.max, .min, 0, -5] { await clock.learn(wild, isNow: true) }
        await clock.learn(now + 60_000, isNow: true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)
        #expect(clock.floor == now + 60_000)
        await clock.learn(now + hour, isNow: false)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) != first)
    }

    @Test func `a folder that can't be written keeps the floor in memory`() async {
        let clock = FlooredClock(machine, path: "/nonexistent/folder/time.floor")
        await clock.learn(machine.stamp().wall, isNow: false)
        #expect(clock.floor == machine.stamp().wall)
    }
}
