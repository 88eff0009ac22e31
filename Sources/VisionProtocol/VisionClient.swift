import Foundation
import KioskModel
import KioskPlatform

/// kioskd's side of the face service: each question is a connection of its own, so that a dead service costs one scan.
///
/// Not reachable, silent or ended → `faceServiceDown`. An answer that belongs to another question is refused.
public actor VisionClient: FaceVerifier {
    private let socketPath: String
    private let grace: Double
    private var underWay: [ObjectIdentifier: VisionCall] = [:]
    private var isShutDown = false

    /// `grace` is how many seconds after a scan's own limit its answer is waited for.
    public init(socketPath: String, grace: Double = VisionLimits.graceSeconds) {
        self.socketPath = socketPath
        self.grace = grace
    }

    public func verify(
        _ request: FaceScanRequest, guidance: @escaping @Sendable (Prompt) -> Void
    ) async throws(Fault) -> FaceEvidence {
        let reply = try await ask(.verify(request), limit: request.timeLimit + grace, guidance: guidance)
        guard case .evidence(let evidence) = reply else { throw Self.unfitting(reply) }
        try Self.check(evidence, answers: request)
        return evidence
    }

    public func capture(
        count: Int, timeLimit: Double, guidance: @escaping @Sendable (Prompt) -> Void
    ) async throws(Fault) -> [FaceTemplate] {
        let request = VisionRequest.capture(count: count, timeLimit: timeLimit)
        let reply = try await ask(request, limit: timeLimit + grace, guidance: guidance)
        guard case .templates(let templates) = reply else { throw Self.unfitting(reply) }
        guard !templates.isEmpty, templates.count <= count else {
            throw Fault(.faceServiceDown, "\(templates.count) templates where \(count) were asked for")
        }
        return templates
    }

    public func look(timeLimit: Double) async throws(Fault) -> FaceQuality {
        let reply = try await ask(.look(timeLimit: timeLimit), limit: timeLimit + grace)
        guard case .quality(let quality) = reply else { throw Self.unfitting(reply) }
        guard quality.measures.count <= FaceQuality.Measure.Name.allCases.count, quality.camera.utf8.count <= 1024
        else {
            throw Fault(.faceServiceDown, "its answer holds more than was asked for")
        }
        return quality
    }

    /// A service that does not answer shows at the scan itself.
    public func warm() async { _ = try? await ask(.warm, limit: grace) }

    public func status() async -> DeviceStatus {
        do throws(Fault) {
            let reply = try await ask(.status, limit: 2)
            guard case .status(let status) = reply else { throw Self.unfitting(reply) }
            return status
        } catch {
            return DeviceStatus(role: "camera", state: .fault, address: socketPath, fault: error)
        }
    }

    public func shutdown() async {
        isShutDown = true
        for call in underWay.values { call.cancel() }
    }

    private func ask(
        _ request: VisionRequest, limit: Double, guidance: @escaping @Sendable (Prompt) -> Void = { _ in }
    ) async throws(Fault) -> VisionReply {
        try request.check()
        guard !isShutDown else { throw Fault(.faceServiceDown, "the connection was closed by the agent") }
        let call = VisionCall()
        underWay[ObjectIdentifier(call)] = call
        defer { underWay[ObjectIdentifier(call)] = nil }
        let path = socketPath
        let deadline = ContinuousClock.now + .seconds(limit)
        do {
            return try await withTaskCancellationHandler {
                try await onOwnThread("vision-call") {
                    try call.run(request, socket: path, deadline: deadline, guidance: guidance)
                }
            } onCancel: {
                call.cancel()
            }
        } catch let fault as Fault {
            throw fault
        } catch let error as SystemCallError where error.code == ETIMEDOUT {
            throw Fault(.faceServiceDown, "no answer within \(limit) s")
        } catch let error as SystemCallError where error.code == ECONNRESET || error.code == EPIPE {
            throw Fault(.faceServiceDown, "it ended without an answer")
        } catch {
            throw Fault(.faceServiceDown, "\(error)")
        }
    }

    private static func unfitting(_ reply: VisionReply) -> Fault {
        if case .fault(let fault) = reply { return fault }
        return Fault(.faceServiceDown, "its answer does not fit the question")
    }

    /// A replayed, exchanged or contradictory answer must not sign anything.
    private static func check(_ evidence: FaceEvidence, answers request: FaceScanRequest) throws(Fault) {
        guard evidence.nonce == request.nonce, evidence.doctor == request.doctor,
            evidence.prescriptionDigest == request.prescriptionDigest, evidence.threshold == request.threshold
        else { throw Fault(.faceServiceDown, "its answer belongs to another question") }
        switch evidence.verdict {
        case .verified:
            guard let score = evidence.score, score >= request.threshold, score <= 1.001, evidence.reason == nil,
                let liveness = evidence.liveness, liveness >= request.leastLiveness, liveness <= 1.001,
                !evidence.frames.isEmpty, evidence.challenge.map({ $0.outcome == .passed }) ?? true
            else { throw Fault(.faceServiceDown, "its answer contradicts itself") }
        case .refused:
            guard evidence.reason != nil else { throw Fault(.faceServiceDown, "its answer contradicts itself") }
        }
    }
}
