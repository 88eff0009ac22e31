import Foundation
import KioskModel
import KioskPlatform
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

@testable import CardReader

/// Recordings of card readers hold nothing of a person, and play as the devices did.
@Suite(.serialized) struct RecordingTests {
    private static let holder = SimulatedCardHolder(
        cardNumber: "B12345678", number: "310101195512314028", name: "欧阳震华", sex: 2, birthDate: "19551231")
    private static let resident = SimulatedResidentCard(
        name: "欧阳震华", sex: 2, birthDate: "19551231", number: "310101195512314028", address: "上海市测验路八号")
    private static let pin = "654321"

    /// What must not be found, in every form in which it may stand in a file.
    private static let needles: [[UInt8]] = {
        var needles: [[UInt8]] = [
            Array("B12345678".utf8), Array(pin.utf8), [0x31, 0x01, 0x01, 0x19, 0x55, 0x12, 0x31, 0x40, 0x28],
            [0x19, 0x55, 0x12, 0x31],
        ]
        for text in ["欧阳震华", "310101195512314028", "19551231", "上海市测验路八号"] {
            needles.append(Array(text.utf8))
            for encoding in [TextEncoding.gb18030, .utf16LittleEndian] {
                if let bytes = encoding.encode(text) { needles.append(bytes) }
            }
        }
        return needles
    }()

    /// How many of the needles stand in a recording: in its bytes, one direction after the other, or in its text.
    private static func found(in recording: USBRecording) throws -> [[UInt8]] {
        let output = recording.transfers.compactMap(\.out?.bytes).flatMap(\.self)
        // A serial bridge cuts the line's bytes into packets with a head of two.
        let packets = recording.transfers.compactMap(\.in?.bytes)
        let inputs = [packets.flatMap(\.self), packets.flatMap { $0.dropFirst(2) }]
        let text = Array(try recording.text().utf8)
        return needles.filter { needle in
            // A PIN's few digits can stand in the time of a transfer by chance; in the text it is hexadecimal.
            let written = needle == Array(pin.utf8) ? hexadecimal(needle) : needle
            return text.firstRange(of: written) != nil
                || ([output] + inputs).contains { $0.firstRange(of: needle) != nil }
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
        Array(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined().utf8)
    }

    /// What a binding's device and its driver say to one another during some act.
    private static func record(
        _ binding: USBRoleBinding, _ act: () async throws -> Void
    ) async throws -> USBRecording {
        let task = Task { try await binding.record(for: .seconds(30)) }
        await expectEventually { await binding.isRecorded }
        try await act()
        task.cancel()
        return try await task.value
    }

    private static func play(
        _ recording: USBRecording, _ body: (RecordedDevice, USBIPHost) async throws -> Void
    ) async throws {
        let server = USBIPServer()
        let port = try await server.start()
        let device = RecordedDevice(recording)
        await server.plug(device, at: "1-1")
        let host = USBIPHost(host: "127.0.0.1", port: port, pollInterval: .milliseconds(50))
        let result: Result<Void, any Error>
        do {
            try await body(device, host)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await host.shutdown()
        await server.stop()
        try result.get()
    }

    // MARK: Social security cards

    private static func socialSecurity() async throws -> USBRecording {
        var recording: USBRecording?
        try await ReaderLab.run { lab in
            lab.reader.insert(SimulatedSocialSecurityCard(holder: holder))
            let station = lab.patientStation
            recording = try await record(lab.binding) {
                let identity = try await station.read()
                #expect(identity.name == holder.name)
            }
        }
        return try #require(recording)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a social security card's holder is gone from the recording, and it plays with somebody invented`()
        async throws
    {
        var recording = try await Self.socialSecurity()
        #expect(try Self.found(in: recording).count >= 5, "the card's data must have been there")
        try CCIDRedactor().redact(&recording)
        #expect(try Self.found(in: recording).isEmpty)
        let kept = try USBRecording(
            parsing: try Recordings.text("ccid-social-security", renewedBy: try recording.text()))
        #expect(try Self.found(in: kept).isEmpty)
        for recording in [recording, kept] {
            try await Self.play(recording) { device, host in
                let station = SocialSecurityStation(
                    binding: USBRoleBinding(
                        host: host, role: USBRole(name: "reader", path: "1-1", interfaceClass: 0x0B),
                        allowsSimulated: true), timeouts: ReaderLab.quick)
                let identity = try await station.read()
                #expect(identity.number == "11010519491231002X" && identity.birthDate == "1949-12-31")
                #expect(identity.name == "测试测试")
                let again = try await station.read()
                #expect(again == identity)
                #expect(device.divergences.isEmpty, "\(device.divergences)")
                await station.shutdown()
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a doctor's PIN is not in the recording`() async throws {
        try await ReaderLab.run(role: "doctor-reader") { lab in
            lab.reader.insert(SimulatedSocialSecurityCard(holder: Self.holder))
            let reader = lab.reader
            let connection = try await lab.binding.connection()
            await lab.binding.drop(connection)
            var recording = try await Self.record(lab.binding) {
                let connection = try await lab.binding.connection()
                let opened = try await CCIDReader.open(connection, role: "doctor-reader", timeouts: ReaderLab.quick)
                _ = try await opened.powerOn()
                // VERIFY as the PIV driver sends it; the card's answer does not matter here.
                _ = try await opened.transmit([0x00, 0x20, 0x00, 0x80, 0x08] + Array(Self.pin.utf8) + [0xFF, 0xFF])
            }
            _ = reader
            #expect(try Self.found(in: recording).contains(Array(Self.pin.utf8)))
            try CCIDRedactor().redact(&recording)
            #expect(try Self.found(in: recording).isEmpty)
        }
    }

    @Test func `a PIN is looked for in the bytes and in their digits, and never in the times`() throws {
        let device =
            #"{"recording":1,"role":"reader","vendorID":1,"productID":1,"bcdDevice":1,"deviceClass":0,"interfaces":[]}"#
            + "\n"
        let times = try USBRecording(parsing: device + #"{"at":0.654321,"kind":"close"}"#)
        #expect(try Self.found(in: times).isEmpty)
        let bytes = try USBRecording(
            parsing: device + #"{"at":0.1,"kind":"write","target":2,"out":"00363534333231"}"#)
        #expect(try Self.found(in: bytes) == [Array(Self.pin.utf8)])
    }

    // MARK: Resident ID cards

    private static func residentCard(_ bridge: SimulatedResidentReader.Bridge) async throws -> USBRecording {
        let server = USBIPServer()
        let port = try await server.start()
        let reader = SimulatedResidentReader(bridge: bridge)
        reader.put(resident)
        await server.plug(reader, at: "1-1")
        let host = USBIPHost(host: "127.0.0.1", port: port, pollInterval: .milliseconds(50))
        let binding = USBRoleBinding(
            host: host, role: ResidentIDStation.role(path: "1-1", vendorID: nil, productID: nil), allowsSimulated: true)
        let station = ResidentIDStation(binding: binding)
        let recording = try await record(binding) { _ = try await station.read() }
        await station.shutdown()
        await host.shutdown()
        await server.stop()
        return recording
    }

    @Test(.timeLimit(.minutes(1)), arguments: SimulatedResidentReader.Bridge.allCases)
    func `a resident card's holder is gone from the recording, whatever bridge cut it up, and it plays`(
        bridge: SimulatedResidentReader.Bridge
    ) async throws {
        var recording = try await Self.residentCard(bridge)
        #expect(try Self.found(in: recording).count >= 1, "the card's data must have been there")
        try ResidentIDRedactor().redact(&recording)
        #expect(try Self.found(in: recording).isEmpty)
        let kept = try USBRecording(
            parsing: try Recordings.text("idcard-\(bridge)", renewedBy: try recording.text()))
        #expect(try Self.found(in: kept).isEmpty)
        try await Self.play(kept) { device, host in
            let station = ResidentIDStation(
                binding: USBRoleBinding(
                    host: host, role: ResidentIDStation.role(path: "1-1", vendorID: nil, productID: nil),
                    allowsSimulated: true))
            let identity = try await station.read()
            #expect(identity.number == "11010519491231002X" && identity.name == "测试测试" && identity.sex == .male)
            #expect(device.divergences.isEmpty, "\(device.divergences)")
            await station.shutdown()
        }
    }

    // MARK: What is broken

    @Test(.timeLimit(.minutes(1)), arguments: [UInt64(1), 7, 42])
    func `whatever is cut, lost or swapped in the transfers, nothing of the holder passes`(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let originals: [(USBRecording, any USBRecordingRedactor)] = [
            (try await Self.socialSecurity(), CCIDRedactor()),
            (try await Self.residentCard(.ftdi), ResidentIDRedactor()),
        ]
        // Long enough that the invented holder's own data or chance can't be taken for it.
        let needles = Self.needles.filter { $0.count >= 8 }
        for _ in 0..<200 {
            for (original, redactor) in originals {
                var recording = original
                for _ in 0..<3 where !recording.transfers.isEmpty {
                    let index = Int.random(in: recording.transfers.indices, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: recording.transfers.remove(at: index)
                    case 1: recording.transfers.swapAt(index, recording.transfers.indices.first ?? 0)
                    case 2:
                        let count = recording.transfers[index].in?.bytes.count ?? 0
                        recording.transfers[index].in?.bytes.removeLast(min(3, count))
                    default: recording.transfers.insert(recording.transfers[index], at: index)
                    }
                }
                guard (try? redactor.redact(&recording)) != nil else { continue }
                let bytes = recording.transfers.flatMap { ($0.out?.bytes ?? []) + ($0.in?.bytes ?? []) }
                for needle in needles where bytes.firstRange(of: needle) != nil {
                    Issue.record("seed \(seed): \(needle) passed")
                }
            }
        }
    }

    @Test(arguments: ["", "{}", "x", #"{"recording":2}"#])
    func `a file that is no recording is refused by its line`(text: String) async throws {
        let fault = await expectFault(.usbRecordingFailed) { _ = try USBRecording(parsing: text) }
        #expect(fault?.detail.contains("line 1") == true)
    }

    private func expectFault(_ code: FaultCode, of operation: () async throws -> Void) async -> Fault? {
        let met = await fault(of: operation)
        #expect(met?.code == code)
        return met
    }
}
