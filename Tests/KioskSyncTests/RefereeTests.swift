import FHIRModel
import Foundation
import KioskCrypto
import KioskModel
import KioskStore
import KioskTestSupport
import Testing

@testable import KioskSync

/// The Python of the virtual environment that KIOSK_REFEREES names.
private enum Referees {
    static let python: String? = ProcessInfo.processInfo.environment["KIOSK_REFEREES"].flatMap {
        FileManager.default.isExecutableFile(atPath: $0 + "/bin/python3") ? $0 + "/bin/python3" : nil
    }
}

/// Two FHIR libraries and three rules judge what the kiosk sends.
@Suite(.enabled(if: Referees.python != nil, "KIOSK_REFEREES names no Python with the FHIR libraries"))
struct RefereeTests {
    private let samples = Samples()
    private let folder = TemporaryFolder("referee")

    private func judge(_ bundles: [String: [UInt8]]) throws -> (accepted: Bool, words: String) {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Referees/referee.py").path
        var paths: [String] = []
        for (name, bytes) in bundles.sorted(by: { $0.key < $1.key }) {
            let path = folder.file(name + ".json")
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            paths.append(path)
        }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: try #require(Referees.python))
        process.arguments = [script] + paths
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus == 0, words)
    }

    /// Every shape that a consultation takes today.
    private func consultations() throws -> [String: ConsultationContent] {
        let whole = try samples.consultation()
        var all = ["whole": whole]
        for outcome in DispenseOutcome.allCases {
            all["box-\(outcome.rawValue)"] = try samples.consultation(firstBox: outcome)
        }
        var unconfirmed = whole
        unconfirmed.slip?.state = .unconfirmed
        all["unconfirmed-slip"] = unconfirmed
        all["box-intended"] = try samples.consultation(firstBox: nil)
        all["correction"] = samples.correction(of: try samples.consultation(firstBox: .unknown))
        var unsigned = ConsultationContent(
            kiosk: Samples.kiosk, visit: whole.visit, sequence: 3, at: samples.clock.stamp())
        unsigned.doctor = Samples.doctor
        unsigned.prescription = try samples.prescription(whole.visit, signed: false)
        all["unsigned"] = unsigned
        all["bare"] = ConsultationContent(
            kiosk: Samples.kiosk, visit: samples.visit(name: "", birthDate: nil), sequence: 4,
            at: samples.clock.stamp())
        return all
    }

    @Test(.timeLimit(.minutes(2))) func `the referees accept every shape of consultation`() throws {
        let bundles = try consultations().mapValues { try ConsultationBundle.make($0).bytes }
        let verdict = try judge(bundles)
        #expect(verdict.accepted, "\(verdict.words)")
        #expect(verdict.words.contains("\(bundles.count) bundles, 0 faults"))
    }

    /// Every other kind that the kiosk sends, and several of them in a batch.
    private func others() throws -> [String: [UInt8]] {
        let origin = EventOrigin(
            kiosk: Samples.kiosk, id: UUIDv7.make(), sequence: 9, at: samples.clock.stamp(), isSimulated: true)
        let login = AttendanceBundle.Content(
            doctor: Samples.doctor, custody: .card, since: samples.clock.stamp(), until: nil)
        let logout = AttendanceBundle.Content(
            doctor: Samples.doctor, custody: .card, since: samples.clock.stamp(), until: samples.clock.stamp())
        let status = StatusView(
            version: "1", kiosk: "K001", profile: "lab", mode: .clinicOnsite, state: "degraded", uptimeSeconds: 12,
            visit: nil, doctor: nil, devices: [DeviceStatus(role: "printer", state: .missing)],
            queue: QueueSummary(pending: 3, quarantined: 1, oldestSeconds: 60, lastFault: nil),
            faults: [FaultView(Fault(.printerPaperOut))], prompt: nil)
        var all = [
            "sign-in": try AttendanceBundle.make(login, origin).bytes,
            "sign-out": try AttendanceBundle.make(logout, origin).bytes,
            "alert": try AlertBundle.make(
                Fault(.storeDamaged, "outbox/x", device: "printer"), visit: UUIDv7.make(), suppressed: 2, origin
            ).bytes,
            "bare-alert": try AlertBundle.make(Fault(.printerCutter), visit: nil, suppressed: 0, origin).bytes,
            "heartbeat": try HeartbeatBundle.make(status, origin).bytes,
        ]
        let members = try [samples.consultation(), samples.consultation()].map { content in
            let bundle = try ConsultationBundle.make(content)
            return OutboxItem(id: bundle.id, kind: "consultation", visit: nil, body: bundle.bytes)
        }
        all["batch"] = BatchBundle.bytes(members)
        return all
    }

    @Test(.timeLimit(.minutes(2))) func `the referees accept attendance, alerts, heartbeats and a batch`() throws {
        let bundles = try others()
        let verdict = try judge(bundles)
        #expect(verdict.accepted, "\(verdict.words)")
        #expect(verdict.words.contains("\(bundles.count) bundles, 0 faults"))
    }

    @Test(.timeLimit(.minutes(1))) func `the platform takes attendance, alerts and heartbeats`() async throws {
        let bundles = try others()
        try await withSync { sync in
            for (name, bytes) in bundles where name != "batch" {
                let item = OutboxItem(id: name, kind: name, visit: nil, body: bytes)
                #expect(await sync.client.deliver(item) == .acknowledged, "\(name)")
            }
            #expect(await sync.platform.acceptedBundles == 0)
        }
    }

    @Test(.timeLimit(.minutes(2))) func `the referees refuse whatever is wrong, each by its name`() throws {
        let bytes = try ConsultationBundle.make(samples.consultation()).bytes
        let expected = [
            "status": "fhir.resources", "class": "google-fhir-r4", "request": "bdl-3", "fullUrl": "bdl-7",
            "reference": "leads nowhere",
        ]
        var wrong: [String: [UInt8]] = [:]
        for what in expected.keys { wrong[what] = try spoiled(bytes, what) }
        let verdict = try judge(wrong)
        #expect(!verdict.accepted)
        let lines = verdict.words.split(separator: "\n")
        for (what, words) in expected {
            #expect(
                lines.contains { $0.contains("/\(what).json: ") && $0.contains(words) }, "\(what): \(verdict.words)")
        }
    }

    private func spoiled(_ bytes: [UInt8], _ what: String) throws -> [UInt8] {
        var bundle = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        var entries = try #require(bundle["entry"] as? [[String: Any]])
        let encounter = try #require(
            entries.firstIndex { ($0["resource"] as? [String: Any])?["resourceType"] as? String == "Encounter" })
        var resource = try #require(entries[encounter]["resource"] as? [String: Any])
        switch what {
        case "request": entries[encounter]["request"] = nil
        case "fullUrl": entries[encounter]["fullUrl"] = entries[encounter == 0 ? 1 : 0]["fullUrl"]
        case "reference": resource["subject"] = ["reference": "Patient/none"]
        case "status": resource["status"] = 7
        default: resource["class"] = nil
        }
        entries[encounter]["resource"] = resource
        bundle["entry"] = entries
        return Array(try JSONSerialization.data(withJSONObject: bundle))
    }
}
