import Foundation
import KioskLab
import KioskModel
import KioskPlatform
import KioskTestSupport
import Testing

/// Bad input through the laboratory: each ends in a fault with a code and a next step, and a way on.
@Suite(.serialized) struct TroubleTests {
    @Test(.timeLimit(.minutes(2)))
    func `a bundle that the platform refuses is quarantined with its reason, and the visit is closed`() async throws {
        try await LiveKiosk.run { kiosk in
            try await kiosk.control.say("platform refuse 422")
            let visit = try await kiosk.signedVisit()
            try await kiosk.client.dispense(visit)
            try await kiosk.client.print(visit)
            try await expectEventually {
                try await kiosk.client.queue().items.contains { $0.visit == visit && $0.state == "quarantined" }
            }
            let item = try #require(try await kiosk.client.queue().items.first { $0.visit == visit })
            #expect(item.fault?.code == .syncRefused)
            #expect(try await kiosk.client.visit(visit).state == .closed)
            #expect(try await kiosk.client.visit(visit).sync == "quarantined")
            #expect(try await kiosk.bundles() == 0)
            let shown = try await kiosk.kioskctl(["queue", "list"])
            #expect(shown.output.contains("K-SYN-002"))
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a lying descriptor is refused by name, and the honest device is used again`() async throws {
        try await LiveKiosk.run { kiosk in
            let visit = try await kiosk.signedVisit()
            try await kiosk.client.dispense(visit)
            try await kiosk.control.say("lie printer")
            await kiosk.expectProblem("K-USB-006") { try await kiosk.client.print(visit) }
            #expect(try await kiosk.client.visit(visit).slip == "failed-clean")
            try await kiosk.control.say("plug printer")
            try await kiosk.client.print(visit)
            #expect(try await kiosk.client.visit(visit).state == .closed)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a card pulled in the middle of a read shows what to do, and the next insertion works`() async throws {
        try await LiveKiosk.run { kiosk in
            try await kiosk.control.say("pull card after 4")
            try await kiosk.control.say("insert card zhang-wei")
            try await expectEventually {
                try await kiosk.client.status().faults.contains { $0.code == "K-RDR-004" }
            }
            #expect(try await kiosk.client.status().prompt?.code == "P-CRD-004")
            _ = try await kiosk.openVisit()
            #expect(try await kiosk.client.visits().visits.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a controller that answers with a wrong CRC is asked again; two boxes fall, not three`() async throws {
        try await LiveKiosk.run { kiosk in
            let visit = try await kiosk.signedVisit()
            try await kiosk.control.say("corrupt next frame")
            try await kiosk.client.dispense(visit)
            #expect(try await kiosk.boxes() == 2)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["", "{", "[]", #"{"lines":[]}"#, #"{"diagnosis":1,"lines":[],"x":2}"#])
    func `a malformed body is a problem with a code, and the visit is as it was`(body: String) async throws {
        try await LiveKiosk.run { kiosk in
            try await kiosk.signIn()
            let visit = try await kiosk.openVisit()
            let answer = try await kiosk.post("/v1/visits/\(visit)/prescription", body)
            #expect(answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
            #expect(answer.contains("application/problem+json"))
            #expect(answer.contains("K-API-001") || answer.contains("K-RX-002"))
            #expect(try await kiosk.client.visit(visit).state == .opened)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a printer that is unplugged during the visit costs only the slip until it is back`() async throws {
        try await LiveKiosk.run { kiosk in
            let visit = try await kiosk.signedVisit()
            try await kiosk.control.say("unplug printer")
            try await kiosk.client.dispense(visit)
            await kiosk.expectProblem("K-USB-001") { try await kiosk.client.print(visit) }
            try await kiosk.control.say("plug printer")
            try await kiosk.client.print(visit)
            #expect(try await kiosk.client.visit(visit).state == .closed)
        }
    }
}

extension LiveKiosk {
    /// One POST over the socket, byte by byte as a careless client would send it; gives the whole answer.
    func post(_ path: String, _ body: String) async throws -> String {
        let socket = folder.apiSocket
        return try await onOwnThread("post") {
            let stream = try SocketStream.connect(unix: socket)
            let head = """
                POST \(path) HTTP/1.1\r\nHost: kiosk\r\nContent-Type: application/json\r\nIdempotency-Key: \(UUIDv7.make())\r
                Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n
                """
            try stream.write(Array((head + body).utf8), deadline: .now + .seconds(5))
            var answer: [UInt8] = []
            while let more = try? stream.read(upTo: 4096, deadline: .now + .seconds(10)), !more.isEmpty {
                answer += more
            }
            return String(decoding: answer, as: UTF8.self)
        }
    }

    /// `output`: the file that its output goes to, where the test reads it meanwhile.
    func kioskctl(
        _ arguments: [String], within limit: Double = 50, output: String? = nil
    ) async throws -> ProgramOutcome {
        try await Programs.run(
            "kioskctl", arguments,
            environment: [
                "KIOSK_SOCKET": folder.apiSocket, "KIOSK_CONFIG": folder.configuration, "LANG": "en_US.UTF-8",
            ], within: limit, output: output)
    }
}
