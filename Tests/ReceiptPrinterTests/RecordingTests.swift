import KioskModel
import KioskPlatform
import KioskTestSupport
import Testing
import USBTransport

@testable import ReceiptPrinter
@testable import SimulatedDevices

/// Recordings of printers hold nothing of what was printed, and play as the printer did.
@Suite(.serialized) struct RecordingTests {
    private func recordPrinting() async throws -> USBRecording {
        var recording: USBRecording?
        try await PrinterBench.run { bench in
            let binding = bench.binding
            let task = Task { try await binding.record(for: .seconds(30)) }
            await expectEventually { await binding.isRecorded }
            #expect(await bench.printer.print(Slips.make(number: "S0042", patient: "欧阳震华")) == .confirmed)
            task.cancel()
            recording = try await task.value
        }
        return try #require(recording)
    }

    private func ink(_ recording: USBRecording) -> [UInt8] {
        recording.transfers.filter { $0.kind == .write }.compactMap(\.out?.bytes).flatMap(\.self)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slip's words are gone from the recording, its commands stay, and it plays to a confirmed print`()
        async throws
    {
        var recording = try await recordPrinting()
        let name = try #require(TextEncoding.gb18030.encode("欧阳震华"))
        let original = ink(recording)
        #expect(original.firstRange(of: name) != nil && original.firstRange(of: Array("S0042".utf8)) != nil)
        try ESCPOSRedactor().redact(&recording)
        let redacted = ink(recording)
        #expect(redacted.count == original.count)
        for needle in [name, Array(name.prefix(4)), Array("S0042".utf8)] {
            #expect(redacted.firstRange(of: needle) == nil)
        }
        // The simulated printer knows every command that is left.
        try await PrinterBench.run { bench in
            _ = await bench.device.receive(redacted, endpoint: 0x02)
            #expect(await bench.device.errors.isEmpty)
        }
        let kept = try USBRecording(parsing: try Recordings.text("printer-slip", renewedBy: try recording.text()))
        for recording in [recording, kept] { try await play(recording) }
    }

    private func play(_ recording: USBRecording) async throws {
        let server = USBIPServer()
        let port = try await server.start()
        await server.plug(RecordedDevice(recording), at: "1-1")
        let host = USBIPHost(host: "127.0.0.1", port: port)
        let binding = USBRoleBinding(
            host: host, role: USBRole(name: "printer", interfaceClass: PrinterLink.interfaceClass),
            allowsSimulated: true)
        let printer = ESCPOSPrinter(binding: binding, profile: .generic80, timing: PrinterBench.impatient)
        let state = await printer.print(Slips.make(number: "S0099", patient: "另一人"))
        #expect(state == .confirmed, "\(state)")
        await printer.shutdown()
        await host.shutdown()
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1)), arguments: [UInt64(3), 11])
    func `no text passes the redactor wherever the stream is cut`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for (_, document) in Documents.all(.zh) {
            let blocks = try DocumentLayout(profile: .generic80).blocks(document)
            let bytes = try DocumentEncoder(profile: .generic80).encode(
                try PageLayout(profile: .generic80).elements(blocks))
            let names = ["张晓明", "李晓梅", "阿莫西林"].compactMap(TextEncoding.gb18030.encode)
            for _ in 0..<50 {
                let start = Int.random(in: 0..<bytes.count, using: &generator)
                let redacted = ESCPOSRedactor.redacted(Array(bytes[start...]))
                #expect(redacted.count == bytes.count - start)
                for name in names { #expect(redacted.firstRange(of: name) == nil, "seed \(seed), cut at \(start)") }
            }
        }
    }
}
