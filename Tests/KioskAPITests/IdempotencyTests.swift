import Foundation
import KioskAPI
import KioskAPIClient
import KioskModel
import KioskTestSupport
import Testing

@Suite(.serialized) struct IdempotencyTests {
    private let id = ScriptedService.visitID

    @Test(.timeLimit(.minutes(1))) func `the same write with the same key has one effect and the same answer`()
        async throws
    {
        let api = try await RunningAPI()
        let first = try await api.client.dispense(id, key: "key-1")
        let second = try await api.client.dispense(id, key: "key-1")
        #expect(first == second)
        #expect(await api.service.effects == ["dispense"])
        try await api.client.dispense(id, key: "key-2")
        #expect(await api.service.effects.count == 2)
    }

    @Test(.timeLimit(.minutes(1))) func `copies that arrive while the first is under way share its answer`()
        async throws
    {
        let api = try await RunningAPI()
        await api.service.hold()
        let client = api.client
        let writes = (0..<5).map { _ in Task { try await client.dispense(id, key: "key-1") } }
        #expect(await eventually { await api.service.waiting == 1 })
        let other = await #expect(throws: APIClientError.self) { try await client.print(id, key: "key-1") }
        #expect(other?.code == .apiKeyReused)
        await api.service.release()
        for write in writes { #expect(try await write.value.state == .dispensed) }
        #expect(await api.service.effects == ["dispense"])
    }

    @Test(.timeLimit(.minutes(1))) func `a key that belongs to another request is refused`() async throws {
        let api = try await RunningAPI()
        try await api.client.resolve(id, transaction: 1, dropped: true, by: "a", key: "key-1")
        let error = await #expect(throws: APIClientError.self) {
            try await api.client.resolve(id, transaction: 1, dropped: false, by: "a", key: "key-1")
        }
        #expect(error?.code == .apiKeyReused)
        #expect(await api.service.effects.count == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `a key that signed one prescription signs no other`() async throws {
        let api = try await RunningAPI()
        try await api.client.sign(id, prescription: id, pin: Secret("123456"), key: "key-1")
        for other in [UUIDv7.make(), nil] {
            let error = await #expect(throws: APIClientError.self) {
                try await api.client.sign(id, prescription: other, pin: Secret("123456"), key: "key-1")
            }
            #expect(error?.code == .apiKeyReused)
        }
        #expect(await api.service.effects.count == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `a write that failed may be sent again with its key`() async throws {
        let api = try await RunningAPI()
        await api.service.fail(with: Fault(.printerPaperOut))
        await #expect(throws: APIClientError.self) { try await api.client.print(id, key: "key-1") }
        await api.service.fail(with: nil)
        try await api.client.print(id, key: "key-1")
        #expect(await api.service.effects == ["print"])
    }

    @Test(.timeLimit(.minutes(1))) func `a write without a usable key is refused`() async throws {
        let api = try await RunningAPI()
        let path = "/v1/visits/\(id)/dispense"
        let keys: [String?] = [
            nil, "", " ", "a b", "键", String(repeating: "k", count: 129), "a\r\nIdempotency-Key: b",
        ]
        for key in keys {
            let (head, problem) = try await api.post(path, [], key: key)
            #expect(head.hasPrefix("HTTP/1.1 400 "), "\(key ?? "none")")
            #expect(problem?.code == "K-API-003", "\(key ?? "none")")
        }
        #expect(await api.service.effects.isEmpty)
        let (head, _) = try await api.post(path, [], key: String(repeating: "~", count: 128))
        #expect(head.hasPrefix("HTTP/1.1 200 "))
    }

    @Test(.timeLimit(.minutes(1))) func `a PIN is neither in a fingerprint nor in an error`() async throws {
        let api = try await RunningAPI()
        let error = await #expect(throws: APIClientError.self) {
            try await api.client.signIn(pin: Secret("998877"), key: "key-1")
        }
        #expect(error?.code == .doctorPINWrong)
        #expect(error.map { !"\($0)".contains("998877") } == true)
        try await api.client.sign(id, pin: Secret("998877"), key: "key-2")
        let (_, problem) = try await api.post("/v1/session", Array(#"{"pin":"998877x"}"#.utf8))
        #expect(problem.map { !"\($0)".contains("998877") } == true)
        let fingerprints = await api.service.fingerprints
        #expect(fingerprints.count == 2)
        #expect(fingerprints.allSatisfy { !$0.contains("998877") })
        #expect(fingerprints.first == "POST /v1/session\npin")
    }
}
