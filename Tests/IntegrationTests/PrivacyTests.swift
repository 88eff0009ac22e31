import Foundation
import KioskLab
import KioskModel
import KioskPlatform
import KioskTestSupport
import Testing

/// What an identity leaves behind in files that anyone may come to read.
@Suite(.serialized) struct PrivacyTests {
    /// The card's holder in every form in which a program might write them: none so short that ciphertext holds it by chance.
    private static let traces: [(form: String, bytes: [UInt8])] = {
        let (name, number) = ("上官婉秋", "310101198205164027")
        var traces: [(String, [UInt8])] = [
            ("number, ASCII", Array(number.utf8)),
            (
                "number, BCD",
                stride(from: 0, to: 18, by: 2).compactMap { UInt8(number.dropFirst($0).prefix(2), radix: 16) }
            ),
            ("name, UTF-8", Array(name.utf8)), ("name, escaped", Array(#"\u{4E0A}\u{5B98}\u{5A49}\u{79CB}"#.utf8)),
            ("name, JSON-escaped", Array(#"\u4e0a\u5b98\u5a49\u79cb"#.utf8)),
            ("name, hexadecimal", Array("e4b88ae5ae98e5a989e7a78b".utf8)),
        ]
        for (form, encoding) in [("UTF-16LE", TextEncoding.utf16LittleEndian), ("GB18030", .gb18030)] {
            traces.append(("name, \(form)", encoding.encode(name) ?? []))
            traces.append(("number, \(form)", encoding.encode(number) ?? []))
        }
        return traces
    }()

    @Test func `no trace is shorter than eight bytes`() {
        for trace in Self.traces { #expect(trace.bytes.count >= 8, "\(trace.form)") }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a visit by resident ID card leaves no name and no number in a log or in the store's files`() async throws {
        try await LiveKiosk.run { kiosk in
            try await kiosk.signIn()
            try await kiosk.control.say("lay id card shangguan-wanqiu")
            let opened = try await eventually { try await kiosk.client.status().visit != nil }
            #expect(opened)
            let visit = try #require(try await kiosk.client.status().visit)
            #expect(visit.patient == "上○○○")
            try await kiosk.control.say("lift id card")
            try await kiosk.client.prescribe(visit.id, Walkthrough.draft)
            try await kiosk.client.sign(visit.id, pin: Secret(LabDoctor.pin))
            try await kiosk.client.dispense(visit.id)
            try await kiosk.client.print(visit.id)
            // A trouble on the way must not say more: the same card, cut off.
            try await kiosk.control.say("unplug idcard")
            try await expectEventually {
                try await kiosk.client.devices().devices.contains { $0.role == "idcard" && $0.state != .ready }
            }
            await kiosk.stack.stop(.daemon)

            var searched = 0
            for folder in [kiosk.folder.logs, kiosk.folder.data] {
                for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                    guard let content = FileManager.default.contents(atPath: folder + "/" + name) else { continue }
                    searched += content.count
                    for trace in Self.traces {
                        #expect(content.range(of: Data(trace.bytes)) == nil, "\(name) holds the \(trace.form)")
                    }
                }
            }
            #expect(searched > 10_000)
            // The search itself finds what is there: the slip's text names its patient.
            let slips = try FileManager.default.contentsOfDirectory(atPath: kiosk.folder.slips)
            let found = slips.contains { name in
                let content = FileManager.default.contents(atPath: kiosk.folder.slips + "/" + name)
                return Self.traces.contains { content?.range(of: Data($0.bytes)) != nil }
            }
            #expect(found)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a technician's recording of an ID reader on a running kiosk holds no name and no number`() async throws {
        try await LiveKiosk.run { kiosk in
            let file = kiosk.folder.file("idcard.jsonl")
            async let recorded = kiosk.kioskctl(["device", "record", "idcard", "--to", file, "--seconds", "6"])
            try await kiosk.control.say("lay id card shangguan-wanqiu")
            let outcome = try await recorded
            #expect(outcome.code == 0, "\(outcome.output)\(outcome.error)")
            #expect(try await kiosk.client.status().visit?.patient == "上○○○")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let lines = text.split(separator: "\n")
            #expect(lines.count > 5)
            // A read of text and photo came by: a frame of 1295 bytes.
            #expect(text.contains("aaaaaa966930") || text.contains("aaaaaa96690508"))
            let hexadecimal = Self.traces.map { $0.bytes.map { String(format: "%02x", $0) }.joined() }
            for (trace, digits) in zip(Self.traces, hexadecimal) {
                #expect(!text.contains(digits), "\(trace.form)")
            }
            let again = try await kiosk.kioskctl(["device", "record", "idcard", "--to", file, "--seconds", "1"])
            #expect(again.code == 2 && again.error.contains("K-USB-019"), "\(again.error)")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
        }
    }
}
