import CameraCapture
import KioskModel
import KioskPlatform

/// Looks through a camera and decides; the computing is done on a thread of its own. It keeps no state between scans
/// but the loaded models.
public actor FaceScanner: FaceVerifier {
    private nonisolated let thread = DeviceThread(name: "face")
    private let source: any FrameSource
    private let store: ModelStore
    let policy: ScanPolicy
    private var loaded: FaceEngine?
    private(set) var isShutDown = false
    /// Whether the pictures that were captured last came from a simulated camera: the session knew for certain.
    private var capturedFromSimulated = false

    public init(source: any FrameSource, models: ModelStore, policy: ScanPolicy) {
        self.source = source
        self.store = models
        self.policy = policy
    }

    deinit { thread.stop() }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Loads the models now rather than in the first scan. Throws `faceModelsMissing` or `faceModelTampered`.
    public func prepare() throws(Fault) { _ = try engine() }

    public func verify(
        _ request: FaceScanRequest, guidance: @escaping @Sendable (Prompt) -> Void
    ) async throws(Fault) -> FaceEvidence {
        let engine = try engine()
        guard request.threshold >= engine.leastThreshold ?? -1 else {
            throw Fault(.facePolicyUnsigned, "the threshold asked for is below the signed one", device: "camera")
        }
        let templates = try TemplateSet(
            request.templates, embedder: engine.embedderHash, size: FaceEngine.embeddingSize)
        var policy = policy
        policy.leastLiveness = max(policy.leastLiveness, request.leastLiveness)
        var run = ScanRun(
            engine: engine, policy: policy, deadline: .now + .seconds(request.timeLimit), guidance: guidance)
        let camera = try await openCamera()
        let result = await decide(camera, &run, request, templates)
        let (identity, simulated) = (await camera.identity, await camera.isSimulated)
        await camera.close()
        let (decision, challenge) = try result.get()
        let isPassed = challenge == nil || challenge?.outcome == .passed
        return FaceEvidence(
            doctor: request.doctor, nonce: request.nonce, prescriptionDigest: request.prescriptionDigest,
            verdict: isPassed ? decision.verdict : .refused, reason: isPassed ? decision.reason : .faceLiveness,
            score: decision.score, threshold: request.threshold, liveness: decision.liveness, models: engine.models,
            frames: decision.frames, camera: identity, simulatedCamera: simulated,
            templateVersion: TemplateSet.version, challenge: challenge)
    }

    /// Compares first; only who is verified is asked to turn the head.
    private func decide(
        _ camera: any FrameSession, _ run: inout ScanRun, _ request: FaceScanRequest, _ templates: TemplateSet
    ) async -> Result<(Decision, FaceChallenge?), Fault> {
        let policy = run.examiner.policy
        let decision: Decision
        switch await scan(camera, &run, enough: { $0.suffices(for: policy) }) {
        case .failure(let fault): return .failure(fault)
        case .success(.some(let fault)):
            guard fault.code == .faceSeveral else { return .failure(fault) }
            return .success((Decision(severalIn: run.tally.severalHash), nil))
        case .success(nil):
            decision = Decision(run.tally.good, against: templates, threshold: request.threshold, policy: policy)
        }
        guard let turns = policy.challenge, decision.verdict == .verified, let face = decision.fused else {
            return .success((decision, nil))
        }
        return await challenge(camera, &run, turns, same: face).map { (decision, $0) }
    }

    public func capture(
        count: Int, timeLimit: Double, guidance: @escaping @Sendable (Prompt) -> Void
    ) async throws(Fault) -> [FaceTemplate] {
        let engine = try engine()
        let policy = policy
        var run = ScanRun(
            engine: engine, policy: policy, deadline: .now + .seconds(timeLimit), guidance: guidance)
        let camera = try await openCamera()
        let outcome = await scan(camera, &run) {
            $0.spaced(by: policy.captureInterval, leastLiveness: policy.leastLiveness).count >= count
        }
        capturedFromSimulated = await camera.isSimulated
        await camera.close()
        let shortfall = try outcome.get()
        let tally = run.tally
        let chosen = tally.spaced(by: policy.captureInterval, leastLiveness: policy.leastLiveness).prefix(count)
        guard !chosen.isEmpty else {
            if !tally.good.isEmpty { throw Fault(.faceLiveness, "in every picture", device: "camera") }
            throw shortfall ?? Fault(.faceNotSeen, device: "camera")
        }
        guard Decision.areOnePerson(chosen.map(\.embedding), least: policy.samePerson) else {
            throw Fault(.faceSeveral, "the pictures show different persons", device: "camera")
        }
        return chosen.map {
            FaceTemplate(embedding: $0.embedding, model: engine.embedderHash, version: TemplateSet.version)
        }
    }

    public func status() async -> DeviceStatus {
        let models: Fault?
        do throws(Fault) {
            _ = try engine()
            models = nil
        } catch {
            models = error
        }
        let camera = await source.probe()
        let state: DeviceStatus.State = camera != nil ? .missing : models != nil ? .fault : .ready
        return DeviceStatus(
            role: "camera", state: state, address: source.identity,
            simulated: source.isSimulated || capturedFromSimulated, fault: camera ?? models)
    }

    public func warm() async {
        // What is missing shows at the scan itself.
        _ = try? engine()
        await source.warm()
    }

    public func shutdown() async { isShutDown = true }

    func engine() throws(Fault) -> FaceEngine {
        thread.checkIsolated()
        if let loaded { return loaded }
        let engine = try FaceEngine(store)
        loaded = engine
        return engine
    }

    func openCamera() async throws(Fault) -> any FrameSession {
        guard !isShutDown else { throw Fault(.faceServiceDown, "it is stopping") }
        return try await source.open()
    }
}
