import Foundation
import KioskModel
import KioskPlatform
import KioskTestSupport
import Synchronization
import Testing

@testable import VisionProtocol

/// A verifier that answers as a test tells it: what lies behind the socket does not matter here.
private struct ScriptedVerifier: FaceVerifier {
    var onVerify: @Sendable (FaceScanRequest) async throws -> FaceEvidence = { evidence($0) }
    var prompts: [Prompt] = []

    func verify(
        _ request: FaceScanRequest, guidance: @escaping @Sendable (Prompt) -> Void
    ) async throws(Fault) -> FaceEvidence {
        for prompt in prompts { guidance(prompt) }
        do { return try await onVerify(request) } catch { throw error as? Fault ?? Fault(.internalError, "\(error)") }
    }
    func capture(
        count: Int, timeLimit: Double, guidance: @escaping @Sendable (Prompt) -> Void
    ) async throws(Fault) -> [FaceTemplate] {
        for prompt in prompts { guidance(prompt) }
        return [FaceTemplate(embedding: [1], model: "m", version: 1)]
    }
    func status() async -> DeviceStatus { DeviceStatus(role: "camera", state: .ready, address: "scripted") }
    func look(timeLimit: Double) async throws(Fault) -> FaceQuality {
        FaceQuality(
            camera: "scripted", simulated: true, pictures: 2, good: 1, prompt: PromptView(.moreLight),
            measures: [.init(.tilt, -1.5, least: -15, most: 15)])
    }
    func warm() async {}
    func shutdown() async {}
}

private func request(nonce: UInt8 = 1, leastLiveness: Double = 0.5, timeLimit: Double = 5) -> FaceScanRequest {
    FaceScanRequest(
        doctor: "doctor-1", nonce: [UInt8](repeating: nonce, count: 32),
        prescriptionDigest: [UInt8](repeating: 2, count: 32), templates: [], threshold: 0.5,
        leastLiveness: leastLiveness, timeLimit: timeLimit)
}

private func evidence(
    _ request: FaceScanRequest, doctor: String? = nil, nonce: [UInt8]? = nil, digest: [UInt8]? = nil,
    verdict: FaceEvidence.Verdict = .verified, score: Double? = 0.8, threshold: Double? = nil,
    liveness: Double? = 1, challenge: FaceChallenge? = nil
) -> FaceEvidence {
    FaceEvidence(
        doctor: doctor ?? request.doctor, nonce: nonce ?? request.nonce,
        prescriptionDigest: digest ?? request.prescriptionDigest, verdict: verdict, reason: nil, score: score,
        threshold: threshold ?? request.threshold, liveness: liveness, models: [:], frames: ["f"], camera: "scripted",
        simulatedCamera: true, templateVersion: 1, challenge: challenge)
}

@Suite(.timeLimit(.minutes(1)))
struct VisionProtocolTests {
    private let folder = TemporaryFolder("vision")
    private var path: String { folder.file("s") }

    private func serve(_ verifier: ScriptedVerifier = ScriptedVerifier()) throws -> VisionServer {
        let server = VisionServer(socketPath: path, service: verifier)
        try server.start()
        return server
    }

    /// Sends raw bytes and reads one answer.
    private func exchange(_ bytes: [UInt8]) async throws -> VisionReply? {
        let path = path
        return try await onOwnThread("test-peer") {
            let stream = try SocketStream.connect(unix: path)
            try stream.write(bytes)
            let body = try VisionFraming.read(from: stream, deadline: .now + .seconds(10))
            return try body.map { try VisionFraming.decode(VisionReply.self, from: $0) }
        }
    }

    private func framed(_ json: String) -> [UInt8] {
        let body = Array(json.utf8)
        return [0, 0, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }

    @Test func `a scan, a capture and a status go there and back`() async throws {
        let server = try serve()
        defer { server.stop() }
        let client = VisionClient(socketPath: path)
        #expect(try await client.verify(request()) == evidence(request()))
        #expect(try await client.capture(count: 3, timeLimit: 1).count == 1)
        let quality = try await client.look(timeLimit: 1)
        #expect(quality.prompt?.code == "P-FAC-003")
        #expect(quality.measures == [.init(.tilt, -1.5, least: -15, most: 15)])
        await client.warm()
        #expect(await client.status().address == "scripted")
    }

    @Test func `prompts come in their order before the answer, and no more than the limit`() async throws {
        let asked = (0..<VisionLimits.prompts + 50).map { Prompt.allCases[$0 % Prompt.allCases.count] }
        let server = try serve(ScriptedVerifier(prompts: asked))
        defer { server.stop() }
        let heard = Mutex<[Prompt]>([])
        let verdict = try await VisionClient(socketPath: path)
            .verify(request()) { prompt in heard.withLock { $0.append(prompt) } }.verdict
        #expect(verdict == .verified)
        #expect(heard.withLock { $0 } == Array(asked.prefix(VisionLimits.prompts)))
        let atEnrolment = Mutex<[Prompt]>([])
        _ = try await VisionClient(socketPath: path).capture(count: 1, timeLimit: 1) { prompt in
            atEnrolment.withLock { $0.append(prompt) }
        }
        #expect(atEnrolment.withLock { $0 } == Array(asked.prefix(VisionLimits.prompts)))
    }

    @Test func `a service that prompts without end is given up, and so is one that prompts for a status`() async throws
    {
        for (type, count) in [("verify", VisionLimits.prompts + 2), ("status", 1)] {
            let listener = try SocketListener.listen(unix: path)
            let bytes = try (0..<count).flatMap { _ in try VisionFraming.encode(VisionReply.prompt(.holdStill)) }
            let peer = Task {
                try await onOwnThread("test-server") {
                    guard let stream = try listener.accept() else { return }
                    _ = try VisionFraming.read(from: stream)
                    try stream.write(bytes)
                    _ = try? VisionFraming.read(from: stream)
                    stream.shutdown()
                }
            }
            let client = VisionClient(socketPath: path)
            if type == "verify" {
                let fault = await #expect(throws: Fault.self) { try await client.verify(request()) }
                #expect(fault?.code == .faceServiceDown)
            } else {
                #expect(await client.status().fault?.code == .faceServiceDown)
            }
            try await peer.value
            listener.shutdown()
        }
    }

    @Test func `an answer that is verified in spite of a failed head turn is refused`() async throws {
        let failed = FaceChallenge(sides: [.left], outcome: .notTurned, trace: [0], frames: [])
        let server = try serve(ScriptedVerifier(onVerify: { evidence($0, challenge: failed) }))
        defer { server.stop() }
        let fault = await #expect(throws: Fault.self) { try await VisionClient(socketPath: path).verify(request()) }
        #expect(fault?.code == .faceServiceDown)
    }

    @Test func `a service that is not running is a fault`() async {
        let client = VisionClient(socketPath: path)
        let fault = await #expect(throws: Fault.self) { try await client.verify(request()) }
        #expect(fault?.code == .faceServiceDown)
        let status = await client.status()
        #expect(status.role == "camera")
        #expect(status.fault?.code == .faceServiceDown)
    }

    @Test func `an answer to another question is refused`() async throws {
        let other = [UInt8](repeating: 9, count: 32)
        let wrong: [@Sendable (FaceScanRequest) -> FaceEvidence] = [
            { evidence($0, nonce: other) }, { evidence($0, digest: other) }, { evidence($0, doctor: "doctor-2") },
            { evidence($0, score: 0.4) }, { evidence($0, score: nil) }, { evidence($0, score: 1e9) },
            { evidence($0, threshold: 0.1) }, { evidence($0, verdict: .refused) },
            { evidence($0, liveness: nil) }, { evidence($0, liveness: 0.49) }, { evidence($0, liveness: 1e9) },
        ]
        for answer in wrong {
            let server = try serve(ScriptedVerifier(onVerify: { answer($0) }))
            defer { server.stop() }
            let fault = await #expect(throws: Fault.self) {
                try await VisionClient(socketPath: path).verify(request())
            }
            #expect(fault?.code == .faceServiceDown)
        }
    }

    @Test func `an oversized message is refused before it is read`() async throws {
        let server = try serve()
        defer { server.stop() }
        for header: [UInt8] in [[0xFF, 0xFF, 0xFF, 0xFF], [0, 0x10, 0, 1], [0, 0, 0, 0]] {
            guard case .fault(let fault) = try await exchange(header) else {
                Issue.record("no fault")
                continue
            }
            #expect(fault.code == .apiTooLarge)
        }
        #expect(await VisionClient(socketPath: path).status().state == .ready)
    }

    @Test(arguments: [
        "null", "[]", "{", #"{"version":1}"#, #"{"version":1,"type":"explode"}"#, #"{"version":2,"type":"status"}"#,
        #"{"version":1,"type":"verify","body":{}}"#,
        #"{"version":1,"type":"capture","body":{"count":-1,"timeLimit":1}}"#,
        #"{"version":1,"type":"capture","body":{"count":1,"timeLimit":1e300}}"#,
        #"{"version":1,"type":"capture","body":{"count":99999999999999999999,"timeLimit":1}}"#,
        #"{"version":1,"type":"look","body":{"timeLimit":-1}}"#, #"{"version":1,"type":"look"}"#,
        #"{"version":1,"type":7}"#, String(repeating: "[", count: 2000),
    ])
    func `a malformed message is answered with a fault`(_ json: String) async throws {
        let server = try serve()
        defer { server.stop() }
        guard case .fault(let fault) = try await exchange(framed(json)) else {
            Issue.record("no fault")
            return
        }
        #expect(fault.code == .apiMalformed)
        #expect(await VisionClient(socketPath: path).status().state == .ready)
    }

    @Test func `values outside of the limits are refused on both sides`() async throws {
        let bad = [
            FaceScanRequest(
                doctor: "d", nonce: [1], prescriptionDigest: request().prescriptionDigest, templates: [],
                threshold: 0.5, timeLimit: 5),
            FaceScanRequest(
                doctor: "", nonce: request().nonce, prescriptionDigest: request().prescriptionDigest, templates: [],
                threshold: 0.5, timeLimit: 5),
            FaceScanRequest(
                doctor: "d", nonce: request().nonce, prescriptionDigest: request().prescriptionDigest, templates: [],
                threshold: .nan, timeLimit: 5),
            request(timeLimit: 1e9), request(timeLimit: .infinity),
        ]
        let server = try serve()
        defer { server.stop() }
        for request in bad {
            let fault = await #expect(throws: Fault.self) {
                try await VisionClient(socketPath: path).verify(request)
            }
            #expect(fault?.code == .apiMalformed)
            guard request.threshold.isFinite, request.timeLimit.isFinite else { continue }
            let raw = try VisionFraming.encode(VisionRequest.verify(request))
            guard case .fault(let answered) = try await exchange(raw) else {
                Issue.record("the server took it")
                continue
            }
            #expect(answered.code == .apiMalformed)
        }
    }

    @Test func `one scan at a time; the status is answered meanwhile`() async throws {
        let gate = Gate()
        let server = try serve(
            ScriptedVerifier(onVerify: {
                await gate.pass()
                return evidence($0)
            }))
        defer { server.stop() }
        let client = VisionClient(socketPath: path)
        let first = Task { try await client.verify(request()) }
        #expect(await eventually { await gate.isWaiting })
        #expect(await client.status().state == .ready)
        let fault = await #expect(throws: Fault.self) { try await client.verify(request(nonce: 3)) }
        #expect(fault?.code == .faceTimeout)
        await gate.open()
        #expect(try await first.value.verdict == .verified)
    }

    @Test func `a service that ends in the middle of a scan costs that scan only`() async throws {
        let gate = Gate()
        let server = try serve(
            ScriptedVerifier(onVerify: {
                await gate.pass()
                return evidence($0)
            }))
        let client = VisionClient(socketPath: path)
        let scan = Task { try await client.verify(request()) }
        #expect(await eventually { await gate.isWaiting })
        server.stop()
        let fault = await #expect(throws: Fault.self) { _ = try await scan.value }
        #expect(fault?.code == .faceServiceDown)
        await gate.open()
        let again = try serve()
        defer { again.stop() }
        #expect(try await client.verify(request()).verdict == .verified)
    }

    @Test func `a peer that goes away ends its scan`() async throws {
        let gate = Gate()
        let flag = Flag()
        let server = try serve(
            ScriptedVerifier(onVerify: { _ in
                await gate.arrive()
                try? await Task.sleep(for: .seconds(600))
                await flag.raise()
                throw Fault(.faceTimeout, "cancelled")
            }))
        defer { server.stop() }
        let client = VisionClient(socketPath: path)
        let scan = Task { try await client.verify(request(timeLimit: 50)) }
        #expect(await eventually { await gate.isWaiting })
        scan.cancel()
        await #expect(throws: Fault.self) { _ = try await scan.value }
        #expect(await eventually { await flag.isRaised })
    }

    @Test func `a silent service is given up after the scan's limit and a little`() async throws {
        let listener = try SocketListener.listen(unix: path)
        let client = VisionClient(socketPath: path, grace: 0.1)
        let fault = await #expect(throws: Fault.self) { try await client.verify(request(timeLimit: 0.05)) }
        #expect(fault?.code == .faceServiceDown)
        listener.shutdown()
    }

    @Test func `an answer that is no message, or too long, is a fault`() async throws {
        let answers = [framed("{}"), framed(#"{"version":9,"type":"status"}"#), [0xFF, 0xFF, 0xFF, 0xFF], [0, 0]]
        for (index, answer) in answers.enumerated() {
            // A path of its own: a listener takes its path away when it ends, also from one that has it after it.
            let path = "\(path)-\(index)"
            let listener = try SocketListener.listen(unix: path)
            let peer = Task {
                try await onOwnThread("test-server") {
                    guard let stream = try listener.accept() else { return }
                    _ = try VisionFraming.read(from: stream)
                    try stream.write(answer)
                    stream.shutdown()
                }
            }
            await #expect(throws: Fault.self) { try await VisionClient(socketPath: path).verify(request()) }
            // Whoever was never connected to must not wait for ever.
            listener.shutdown()
            try await peer.value
        }
    }

    @Test func `after shutdown nothing is asked any more`() async throws {
        let server = try serve()
        defer { server.stop() }
        let client = VisionClient(socketPath: path)
        await client.shutdown()
        let fault = await #expect(throws: Fault.self) { try await client.verify(request()) }
        #expect(fault?.code == .faceServiceDown)
    }
}

/// Holds whoever passes until it is opened.
private actor Gate {
    private(set) var isWaiting = false
    private var isOpen = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func arrive() { isWaiting = true }

    func pass() async {
        isWaiting = true
        guard !isOpen else { return }
        await withCheckedContinuation { waiters.append($0) }
    }

    func open() {
        isOpen = true
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}

private actor Flag {
    private(set) var isRaised = false
    func raise() { isRaised = true }
}
