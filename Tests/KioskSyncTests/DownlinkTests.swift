import Foundation
import KioskCrypto
import KioskLab
import KioskModel
import KioskPlatform
import KioskStore
import KioskSync
import KioskTestSupport
import Testing

/// The failures that other updaters had (rollback, expiry, fast-forward, cached before it was checked).
@Suite(.serialized)
struct DownlinkTests {
    private final class Fixture {
        let folder = TemporaryFolder("downlink")
        let clock = TestClock()
        let key = EnvelopeSigningKey()
        let store: Store

        init() throws {
            store = try Self.open(folder.file("kiosk.sqlite"), clock)
        }

        static func open(_ path: String, _ clock: TestClock) throws -> Store {
            try Store.open(path: path, sealer: Sealer(key: [UInt8](repeating: 3, count: 32)), clock: clock)
        }

        func downlink(_ key: EnvelopeSigningKey? = nil, store: Store? = nil) throws -> Downlink {
            try Downlink(
                kiosk: "kiosk-001", keyHex: (key ?? self.key).publicHex, store: store ?? self.store,
                folder: folder.path, clock: clock)
        }

        func envelope(
            _ sequence: UInt64, kiosk: String = "kiosk-001", seconds: Double = 3600, url: String = "https://b/fhir",
            key: EnvelopeSigningKey? = nil
        ) throws -> [UInt8] {
            let now = Date(timeIntervalSince1970: Double(clock.stamp().wall) / 1000)
            return try Envelope(
                kiosk: kiosk, sequence: sequence, issued: now, expires: now.addingTimeInterval(seconds),
                platform: .init(url: url)
            ).signed(by: key ?? self.key)
        }
    }

    @Test func `a genuine order is taken, and taken again as the same`() async throws {
        let fixture = try Fixture()
        let bytes = try fixture.envelope(7)
        let downlink = try fixture.downlink()
        #expect(try await downlink.accept(bytes).platform?.url == "https://b/fhir")
        #expect(try await downlink.accept(bytes).sequence == 7)
        #expect(try await fixture.downlink().accept(bytes).sequence == 7)
    }

    @Test func `an order of another key, for another kiosk or changed by a byte is refused and leaves no trace`()
        async throws
    {
        let fixture = try Fixture()
        let downlink = try fixture.downlink()
        let good = try fixture.envelope(9)
        var changed = good
        let place = try #require(changed.firstIndex(of: UInt8(ascii: "e")))
        changed[place] = UInt8(ascii: "f")
        for bytes in [
            try fixture.envelope(9, key: EnvelopeSigningKey()), try fixture.envelope(9, kiosk: "kiosk-002"), changed,
            [], Array("{}".utf8), Array("null".utf8), [0xFF, 0xFE],
        ] {
            await expectFault(.syncEnvelopeInvalid) { _ = try await downlink.accept(bytes) }
        }
        // Had one of them raised the ratchet, this would be a rollback.
        #expect(try await downlink.accept(try fixture.envelope(1)).sequence == 1)
    }

    @Test func `no order is followed twice back: an older one, or another with the same number`() async throws {
        let fixture = try Fixture()
        let downlink = try fixture.downlink()
        _ = try await downlink.accept(try fixture.envelope(7))
        await expectFault(.syncEnvelopeRolledBack) { _ = try await downlink.accept(try fixture.envelope(6)) }
        await expectFault(.syncEnvelopeRolledBack) {
            _ = try await downlink.accept(try fixture.envelope(7, url: "https://c/fhir"))
        }
        #expect(try await downlink.accept(try fixture.envelope(8)).sequence == 8)
    }

    @Test func `an expired order is refused, also by a clock that went back`() async throws {
        let fixture = try Fixture()
        let downlink = try fixture.downlink()
        await expectFault(.syncEnvelopeExpired) { _ = try await downlink.accept(try fixture.envelope(3, seconds: -1)) }
        // Refused as expired, it has not raised the ratchet.
        let early = try fixture.envelope(4, seconds: 60)
        fixture.clock.advance(by: .seconds(7200))
        _ = try await downlink.accept(try fixture.envelope(4, seconds: 3600))
        let back = TestClock()
        let other = try Downlink(
            kiosk: "kiosk-001", keyHex: fixture.key.publicHex, store: fixture.store, folder: fixture.folder.path,
            clock: back)
        let late = try Envelope(
            kiosk: "kiosk-001", sequence: 5, issued: Date(timeIntervalSince1970: Double(back.stamp().wall) / 1000),
            expires: Date(timeIntervalSince1970: Double(back.stamp().wall) / 1000 + 60)
        ).signed(by: fixture.key)
        await expectFault(.syncEnvelopeExpired) { _ = try await other.accept(late) }
        await expectFault(.syncEnvelopeRolledBack) { _ = try await other.accept(early) }
    }

    @Test func `an old copy of the store does not bring an old order back, nor does a lost file`() async throws {
        let fixture = try Fixture()
        let old = try fixture.envelope(7)
        _ = try await fixture.downlink().accept(try fixture.envelope(8))
        let empty = try Fixture.open(fixture.folder.file("restored.sqlite"), fixture.clock)
        await expectFault(.syncEnvelopeRolledBack) {
            _ = try await fixture.downlink(store: empty).accept(old)
        }
        try FileManager.default.removeItem(atPath: fixture.folder.file("envelope.ratchet"))
        await expectFault(.syncEnvelopeRolledBack) { _ = try await fixture.downlink().accept(old) }
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: fixture.folder.file("envelope.ratchet")))
        await expectFault(.syncEnvelopeRolledBack) { _ = try await fixture.downlink().accept(old) }
    }

    @Test func `whichever place is lost, an order by one key makes neither forget another key's`() async throws {
        let file = "envelope.ratchet"
        for losesFile in [true, false] {
            let fixture = try Fixture()
            let other = EnvelopeSigningKey()
            let old = try fixture.envelope(6)
            _ = try await fixture.downlink().accept(try fixture.envelope(7))
            let restored = try Fixture.open(fixture.folder.file("restored.sqlite"), fixture.clock)
            if losesFile { try FileManager.default.removeItem(atPath: fixture.folder.file(file)) }
            let left = losesFile ? fixture.store : restored
            _ = try await fixture.downlink(other, store: left).accept(try fixture.envelope(3, key: other))
            // Each place by itself.
            let kept = try Data(contentsOf: URL(fileURLWithPath: fixture.folder.file(file)))
            try FileManager.default.removeItem(atPath: fixture.folder.file(file))
            await expectFault(.syncEnvelopeRolledBack) { _ = try await fixture.downlink(store: left).accept(old) }
            try kept.write(to: URL(fileURLWithPath: fixture.folder.file(file)))
            let empty = try Fixture.open(fixture.folder.file("empty.sqlite"), fixture.clock)
            await expectFault(.syncEnvelopeRolledBack) { _ = try await fixture.downlink(store: empty).accept(old) }
        }
    }

    @Test func `a number that was driven up is undone by a new key`() async throws {
        let fixture = try Fixture()
        _ = try await fixture.downlink().accept(try fixture.envelope(.max))
        await expectFault(.syncEnvelopeRolledBack) {
            _ = try await fixture.downlink().accept(try fixture.envelope(8))
        }
        let next = EnvelopeSigningKey()
        let order = try fixture.envelope(8, key: next)
        #expect(try await fixture.downlink(next).accept(order).sequence == 8)
    }

    @Test func `a clock that was set back makes no order young, whatever source told the time`() async throws {
        let fixture = try Fixture()
        let clock = FlooredClock(fixture.clock, path: fixture.folder.file("time.floor"))
        let order = try fixture.envelope(3, seconds: 3600)
        let next = try fixture.envelope(4, seconds: 86_400)
        let downlink = try Downlink(
            kiosk: "kiosk-001", keyHex: fixture.key.publicHex, store: fixture.store, folder: fixture.folder.path,
            clock: clock)
        await clock.learn(fixture.clock.stamp().wall + 7_200_000, isNow: false)
        await expectFault(.syncEnvelopeExpired) { _ = try await downlink.accept(order) }
        #expect(try await downlink.accept(next).sequence == 4)
        // An order that counts tells, too, when it was at the earliest.
        let later = FlooredClock(fixture.clock, path: fixture.folder.file("other.floor"))
        let again = try Downlink(
            kiosk: "kiosk-001", keyHex: fixture.key.publicHex, store: fixture.store, folder: fixture.folder.path,
            clock: later)
        _ = try await again.accept(next)
        #expect(later.floor / 1000 == fixture.clock.stamp().wall / 1000)
    }
}
