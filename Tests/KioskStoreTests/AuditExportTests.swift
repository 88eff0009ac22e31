import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskTestSupport
import Synchronization
import Testing

@testable import KioskStore

/// An exported chain is checked with public keys alone, on any machine.
struct AuditExportTests {
    private let fixture = StoreFixture()
    private let clock = BootClock()
    private let device = SigningKey()
    private let platform = EnvelopeSigningKey()

    private var exported: String { fixture.folder.file("audit.jsonl") }

    private func open() throws -> Store {
        let signer = CheckpointSigner(kiosk: "k-1", key: device, everyLinks: 4)
        return try Store.openOrSalvage(
            path: fixture.path, keys: StoreKeys(kiosk: try Sealer(key: fixture.key), signer: signer), clock: clock)
    }

    /// A run of kioskd; nil for `stop` leaves it as a power cut would.
    private func run(visits: Int = 1, endsInOrder: Bool = true) async throws {
        let store = try open()
        try await store.recordStart()
        for _ in 0..<visits { try await store.commit(fixture.change(fixture.visit())) }
        if let checkpoint = try await store.unwitnessedCheckpoint() {
            let witness = try AuditWitness(of: checkpoint.statement, key: platform)
            try await store.keep(witness, verifiedBy: try EnvelopeKey(hex: platform.publicHex))
        }
        guard endsInOrder else {
            store.hasStarted.withLock { $0 = false }
            return try store.close()
        }
        try store.close()
    }

    private func export() throws -> Int64 {
        unlink(exported)
        return try AuditExport(database: fixture.path).write(to: exported, kiosk: "k-1", at: clock.stamp())
    }

    private func verify(device key: VerifyingKey? = nil) throws -> AuditFileReport {
        try AuditFileVerifier.verify(
            path: exported, deviceKey: key ?? device.verifyingKey, witnessKey: EnvelopeKey(hex: platform.publicHex))
    }

    @Test(.timeLimit(.minutes(1))) func `a whole chain is proven by public keys alone`() async throws {
        try await run(visits: 9)
        let count = try export()
        let report = try verify()
        #expect(report.isWhole)
        #expect(report.links == count)
        #expect(report.links == 11)
        #expect(report.interruptions == [])
        #expect(report.signedUpTo == 11)
        #expect(report.witnessedUpTo == 9)
        #expect(report.boots == 1)
        let blind = try AuditFileVerifier.verify(path: exported, deviceKey: nil, witnessKey: nil)
        #expect(blind.isWhole)
        #expect(blind.signedUpTo == nil)
        #expect(try verify(device: SigningKey().verifyingKey).firstBreak?.sequence == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `an export holds no personal data and needs no key`() async throws {
        try await run(visits: 2)
        _ = try export()
        let text = try String(contentsOfFile: exported, encoding: .utf8)
        let patient = fixture.visit().patient
        for planted in [patient.name, patient.number, patient.cardNumber] { #expect(!text.contains(planted)) }
    }

    @Test(.timeLimit(.minutes(1))) func `an export never overwrites a file and leaves no half`() async throws {
        try await run()
        _ = try export()
        let before = try Data(contentsOf: URL(fileURLWithPath: exported))
        await expectFault(.auditFileInvalid) {
            _ = try AuditExport(database: fixture.path).write(to: exported, kiosk: "k-1", at: clock.stamp())
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: exported)) == before)
        #expect(!FileManager.default.fileExists(atPath: exported + ".part"))
    }

    @Test(.timeLimit(.minutes(1))) func `power cuts, crashes and work outside kioskd are seen, with their times`()
        async throws
    {
        try await run()
        clock.reboot()
        try await run(endsInOrder: false)
        clock.reboot()
        try await run(endsInOrder: false)
        try await run()
        let store = try open()
        try await store.commit(fixture.change(fixture.visit()))
        try store.close()
        _ = try export()
        let report = try verify()
        #expect(report.isWhole)
        #expect(report.boots == 3)
        #expect(report.interruptions.map(\.kind) == [.powerOff, .crash, .outsideRun])
        #expect(report.interruptions.map(\.after) == [5, 7, 10])
        #expect(report.interruptions.first.map { $0.to - ($0.from ?? 0) } == 60_000)
    }

    /// Every line in turn: changed, left out, put in twice, exchanged with the next.
    @Test(.timeLimit(.minutes(1))) func `whatever is done to a line, the first broken link is told`() async throws {
        try await run(visits: 5)
        _ = try export()
        let lines = try String(contentsOfFile: exported, encoding: .utf8).split(separator: "\n").map(String.init)
        let total = try verify().links
        var seen = 0
        for index in 1..<lines.count {
            var forms: [[String]] = []
            var changed = lines
            changed[index] = lines[index].replacing("\"wall\":1", with: "\"wall\":2")
            if changed != lines { forms.append(changed) }
            var renamed = lines
            renamed[index] = lines[index].replacing("\"ref\":\"", with: "\"ref\":\"x")
            if renamed != lines { forms.append(renamed) }
            if lines[index].contains("\"link\""), index + 1 < lines.count {
                forms.append(Array(lines[..<index]) + Array(lines[(index + 1)...]))
                forms.append(Array(lines[...index]) + Array(lines[index...]))
            }
            for form in forms {
                try (form.joined(separator: "\n") + "\n").write(toFile: exported, atomically: true, encoding: .utf8)
                let report = try verify()
                #expect(!report.isWhole, "line \(index)")
                #expect(report.links <= total)
                seen += 1
            }
        }
        #expect(seen > 15)
    }

    @Test(.timeLimit(.minutes(1))) func `a chain that someone made anew is no chain of this device`() async throws {
        try await run(visits: 3)
        _ = try export()
        // The same story without the second visit, every hash right, no device key.
        var lines = ["{\"exported\":1,\"format\":\"kiosk-audit-1\",\"kiosk\":\"k-1\"}"]
        var head = AuditLink.start
        for sequence in 1...2 as ClosedRange<Int64> {
            let link = AuditLink(
                sequence: sequence, kind: "visit", ref: "v\(sequence)", revision: 1, content: AuditLink.start,
                boot: "b", monotonic: 1, wall: 1, quality: "synchronized")
            head = link.hash(after: head)
            let line = AuditFile.Line.link(AuditFile.LinkLine(link, hash: head))
            lines.append(String(decoding: try CanonicalJSON.encode(line), as: UTF8.self))
        }
        try (lines.joined(separator: "\n") + "\n").write(toFile: exported, atomically: true, encoding: .utf8)
        let report = try verify()
        #expect(report.isWhole)
        #expect(report.signedUpTo == 0)
        #expect(report.witnessedUpTo == 0)
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "", "\n", "{}\n", "{\"format\":\"kiosk-audit-2\",\"kiosk\":\"k\",\"exported\":1}\n",
            "{\"format\":\"kiosk-audit-1\",\"kiosk\":\"k\",\"exported\":1}\nnonsense\n",
            "{\"format\":\"kiosk-audit-1\",\"kiosk\":\"k\",\"exported\":1}\n{\"link\":{}}\n",
            "{\"format\":\"kiosk-audit-1\",\"kiosk\":\"k\",\"exported\":1}\n{\"checkpoint\"",
            "{\"format\":\"kiosk-audit-1\",\"kiosk\":\"k\",\"exported\":1}\n" + String(repeating: "x", count: 40_000),
        ])
    func `what is no export is refused, with the line`(text: String) async throws {
        try text.write(toFile: exported, atomically: true, encoding: .utf8)
        let fault = await expectFault(.auditFileInvalid) { _ = try verify() }
        #expect(fault?.detail.hasPrefix("line ") == true)
    }

    @Test(.timeLimit(.minutes(1))) func `a file cut off in its last line is told from one that ends`() async throws {
        try await run(visits: 2)
        _ = try export()
        let whole = try Data(contentsOf: URL(fileURLWithPath: exported))
        try whole.dropLast(5).write(to: URL(fileURLWithPath: exported))
        await expectFault(.auditFileInvalid) { _ = try verify() }
    }
}

/// A clock whose machine can be started again.
final class BootClock: KioskClock {
    private let state = Mutex((boot: 1, wall: Int64(1_795_341_600_000)))

    func reboot() {
        state.withLock {
            $0.boot += 1
            $0.wall += 60_000
        }
    }

    func advance(days: Int) { state.withLock { $0.wall += Int64(days) * 86_400_000 } }

    func stamp() -> Stamp {
        state.withLock {
            Stamp(
                boot: "00000000-0000-4000-8000-00000000000\($0.boot)", monotonic: 1_000_000_000, wall: $0.wall,
                quality: .synchronized)
        }
    }

    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
