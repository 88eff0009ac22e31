import Foundation
import KioskAPI
import KioskAPIClient
import KioskModel
import KioskTestSupport
import Testing

@Suite(.serialized) struct BadRequestTests {
    private let prescription = "/v1/visits/\(ScriptedService.visitID)/prescription"
    private let printing = "/v1/visits/\(ScriptedService.visitID)/print"
    private let signing = "/v1/visits/\(ScriptedService.visitID)/sign"
    private let resolve = "/v1/visits/\(ScriptedService.visitID)/resolve"

    private static let line =
        #"{"medicine":"M","name":"n","strength":"s","boxes":1,"dose":"d","route":"r","frequency":"f","days":1"#
    private static let diagnosis = #""diagnosis":{"system":"s","code":"c","display":"d"}"#

    @Test(.timeLimit(.minutes(1))) func `a malformed body is refused with the place of what is wrong`() async throws {
        let api = try await RunningAPI()
        let deep = String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000)
        let cases: [(path: String, body: String, detail: String)] = [
            ("/v1/session", "", "pin is missing"),
            ("/v1/session", "{", "JSON, byte 1: a name in quotes is needed"),
            ("/v1/session", #"{"pin":"1234"} x"#, "byte 15: something behind the end"),
            ("/v1/session", #"{"pin":"1234","pin":"4321"}"#, "the name \"pin\" stands twice"),
            ("/v1/session", #"{"pin":"1234",}"#, "a name in quotes is needed"),
            ("/v1/session", #"{'pin':1}"#, "a name in quotes is needed"),
            ("/v1/session", "[]", "the body is an array; an object is needed"),
            ("/v1/session", #"{"pin":1234}"#, "pin is a number; a string is needed"),
            ("/v1/session", #"{"pin":null}"#, "pin is null; a string is needed"),
            ("/v1/session", #"{"pin":"12a4"}"#, "pin: 4 to 12 digits are allowed"),
            ("/v1/session", #"{"pin":"١٢٣٤"}"#, "pin: 4 to 12 digits are allowed"),
            ("/v1/session", #"{"pin":"1234","user":"x"}"#, "unknown field user; allowed: pin"),
            ("/v1/session", #"{"pin":"\ud800"}"#, "half of a surrogate pair"),
            ("/v1/session", "{\"pin\":\"a\u{1}\"}", "a control character in a string"),
            ("/v1/session", #"{"pin":"\x"}"#, "an unknown escape"),
            (signing, #"{"prescription":"1"}"#, "prescription: a UUID is needed"),
            (signing, #"{"prescription":1}"#, "prescription is a number; a string is needed"),
            (printing, #"{"a":1}"#, "unknown field a; none is allowed"),
            ("/v1/faces/D-1", #"{"by":"x"}"#, "pin is missing"),
            ("/v1/faces/D-1", #"{"pin":"1234"}"#, "by is missing"),
            ("/v1/session", deep, "deeper than 16 levels"),
            (resolve, #"{"transaction":1.0,"dropped":true,"by":"x"}"#, "transaction is a number; an integer"),
            (resolve, #"{"transaction":01,"dropped":true,"by":"x"}"#, "a comma or } is needed"),
            (resolve, #"{"transaction":4294967296,"dropped":true,"by":"x"}"#, "1 to 4294967295 are allowed"),
            (resolve, #"{"transaction":99999999999999999999,"dropped":true,"by":"x"}"#, "an integer is needed"),
            (resolve, #"{"transaction":1,"dropped":"yes","by":"x"}"#, "dropped is a string; true or false"),
            (resolve, #"{"transaction":1,"dropped":true}"#, "by is missing"),
            (resolve, #"{"transaction":1,"dropped":true,"by":""}"#, "by holds 0 characters"),
            (resolve, #"{"transaction":1,"dropped":true,"by":"a\nb"}"#, "by holds a control character"),
            (prescription, "{\(Self.diagnosis)}", "lines is missing"),
            (prescription, "{\(Self.diagnosis),\"lines\":[]}", "lines holds 0 items; 1 to 20 are allowed"),
            (prescription, "{\(Self.diagnosis),\"lines\":[{}]}", "lines[0].medicine is missing"),
            (prescription, "{\(Self.diagnosis),\"lines\":[\(Self.line)},7]}", "lines[1] is a number; an object"),
            (prescription, "{\(Self.diagnosis),\"lines\":[\(Self.line),\"x\":1}]}", "unknown field lines[0].x"),
            (prescription, "{\"diagnosis\":\"J02\",\"lines\":[]}", "diagnosis is a string; an object"),
        ]
        for example in cases {
            let (head, problem) = try await api.post(example.path, Array(example.body.utf8))
            #expect(head.hasPrefix("HTTP/1.1 400 "), "\(example.body): \(head)")
            #expect(problem?.code == "K-API-001", "\(example.body)")
            #expect(problem?.detail.contains(example.detail) == true, "\(example.body): \(problem?.detail ?? "")")
        }
        let (_, broken) = try await api.post("/v1/session", Array("{\"pin\":\"".utf8) + [0xC3, 0x28, 0x22, 0x7D])
        #expect(broken?.detail == "not UTF-8")
        #expect(await api.service.effects.isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func `a body must say that it is JSON`() async throws {
        let api = try await RunningAPI()
        let body = Array(#"{"pin":"123456"}"#.utf8)
        for type in [nil, "text/plain", "application/json; charset=gbk", "application/jsonx"] {
            let (head, problem) = try await api.post("/v1/session", body, type: type)
            #expect(head.hasPrefix("HTTP/1.1 400 "), "\(type ?? "none")")
            #expect(problem?.detail.contains("use application/json") == true)
        }
        let (head, _) = try await api.post("/v1/session", body, type: "Application/JSON; Charset=UTF-8")
        #expect(head.hasPrefix("HTTP/1.1 200 "))
    }

    @Test(.timeLimit(.minutes(1))) func `a body over 64 KiB is refused whether it says its length or not`()
        async throws
    {
        let api = try await RunningAPI()
        let (told, first) = try await api.post("/v1/session", [UInt8](repeating: 0x20, count: 64 * 1024 + 1))
        #expect(told.hasPrefix("HTTP/1.1 413 "))
        #expect(first?.code == "K-API-006")
        let claimed = try await api.raw(
            "POST /v1/session HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\nContent-Length: 9999999999\r\n\r\n")
        #expect(claimed.hasPrefix("HTTP/1.1 413 "))
        var chunked = "POST /v1/session HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\n"
        chunked += "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        for _ in 0..<20 { chunked += "1000\r\n" + String(repeating: " ", count: 4096) + "\r\n" }
        let untold = try await api.raw(chunked)
        #expect(untold.hasPrefix("HTTP/1.1 413 "))
        #expect(await api.service.effects.isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func `what is no HTTP gets a problem and the connection ends`() async throws {
        let api = try await RunningAPI()
        let cases: [[UInt8]] = [
            Array("hello\r\n\r\n".utf8), Array("GET /v1/status\r\n\r\n".utf8), [0x16, 0x03, 0x01, 0x02, 0x00, 0x0A],
            Array("GET /v1/status HTTP/1.1\r\nHost x\r\n\r\n".utf8),
            Array("POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".utf8),
            Array("GET /v1/status HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 40_000))\r\n\r\n".utf8),
        ]
        for bytes in cases {
            let (head, problem) = RunningAPI.split(try await api.raw(bytes))
            #expect(head.hasPrefix("HTTP/1.1 400 "), "\(String(decoding: bytes.prefix(40), as: UTF8.self)): \(head)")
            #expect(problem?.code == "K-API-001", "\(String(decoding: bytes.prefix(40), as: UTF8.self)): \(head)")
        }
        #expect(try await api.client.health().state == "ready")
    }

    @Test(.timeLimit(.minutes(1))) func `a request that breaks off has no effect and harms nobody`() async throws {
        let api = try await RunningAPI()
        let whole = "POST /v1/session HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\n"
        for cut in [whole, whole + "Content-Length: 16\r\n\r\n", whole + "Content-Length: 16\r\n\r\n{\"pin\":\"123456"]
        {
            try await onOwnThreadClosing(api.socketPath, Array(cut.utf8))
        }
        #expect(try await api.client.health().state == "ready")
        #expect(await api.service.effects.isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func `bytes of any kind leave the server standing`() async throws {
        let api = try await RunningAPI()
        var generator = SeededGenerator(seed: 0x4150_4921)
        for _ in 0..<60 {
            let bytes = (0..<Int.random(in: 1...300, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            try await onOwnThreadClosing(api.socketPath, bytes)
        }
        #expect(try await api.client.health().state == "ready")
    }
}
