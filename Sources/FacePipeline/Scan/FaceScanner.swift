import CameraCapture
import KioskModel
import KioskPlatform

/// Looks through a camera and decides; the computing is done on a thread of its own. It keeps no state between scans
/// but the loaded models.
public actor FaceScanner: FaceVerifier {
    private nonisolated let thread = DeviceThread(name: "face")
    private let source: any FrameSource
    private let store: ModelStore
    private let policy: ScanPolicy
    private var loaded: FaceEngine?
    private var isShutDown = false

    public init(source: any FrameSource, models: ModelStore, policy: ScanPolicy) {
        self.source = source
        self.store = models
        self.policy = policy
    }

    deinit { thread.stop() }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Loads the models now rather than in the first scan. Throws `faceModelsMissing` or `faceModelTampered`.
    public func prepare() throws(Fault) { _ = try engine() }

    public func verify(_ request: FaceScanRequest) async throws(Fault) -> FaceEvidence {
        let engine = try engine()
        let templates = try TemplateSet(
            request.templates, embedder: engine.embedderHash, size: FaceEngine.embeddingSize)
        var policy = policy
        policy.leastLiveness = max(policy.leastLiveness, request.leastLiveness)
        let scanPolicy = policy
        let deadline = ContinuousClock.now + .seconds(request.timeLimit)
        let camera = try await openCamera()
        let outcome = await scan(camera, engine, until: deadline) { $0.suffices(for: scanPolicy) }
        let (identity, simulated) = (await camera.identity, await camera.isSimulated)
        await camera.close()
        let (tally, shortfall) = try outcome.get()
        let decision: Decision
        switch shortfall {
        case nil:
            decision = Decision(tally.good, against: templates, threshold: request.threshold, policy: scanPolicy)
        case .some(let fault) where fault.code == .faceSeveral: decision = Decision(severalIn: tally.severalHash)
        case .some(let fault): throw fault
        }
        return FaceEvidence(
            doctor: request.doctor, nonce: request.nonce, prescriptionDigest: request.prescriptionDigest,
            verdict: decision.verdict, reason: decision.reason, score: decision.score, threshold: request.threshold,
            liveness: decision.liveness, models: engine.models, frames: decision.frames, camera: identity,
            simulatedCamera: simulated, templateVersion: TemplateSet.version)
    }

    public func capture(count: Int, timeLimit: Double) async throws(Fault) -> [FaceTemplate] {
        let engine = try engine()
        let policy = policy
        let deadline = ContinuousClock.now + .seconds(timeLimit)
        let camera = try await openCamera()
        let outcome = await scan(camera, engine, until: deadline) {
            $0.spaced(by: policy.captureInterval, leastLiveness: policy.leastLiveness).count >= count
        }
        await camera.close()
        let (tally, shortfall) = try outcome.get()
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
            role: "camera", state: state, address: source.identity, simulated: source.isSimulated,
            fault: camera ?? models)
    }

    public func shutdown() async { isShutDown = true }

    private func engine() throws(Fault) -> FaceEngine {
        thread.checkIsolated()
        if let loaded { return loaded }
        let engine = try FaceEngine(store)
        loaded = engine
        return engine
    }

    private func openCamera() async throws(Fault) -> any FrameSession {
        guard !isShutDown else { throw Fault(.faceServiceDown, "it is stopping") }
        return try await source.open()
    }

    /// Looks at pictures until there are enough, none is left, or time is up. The fault says why there are not enough.
    private func scan(
        _ camera: any FrameSession, _ engine: FaceEngine, until deadline: ContinuousClock.Instant,
        enough: (ScanTally) -> Bool
    ) async -> Result<(ScanTally, Fault?), Fault> {
        let examiner = FrameExaminer(engine: engine, policy: policy)
        var tally = ScanTally()
        var seen: Set<String> = []
        do throws(Fault) {
            while !isShutDown, !Task.isCancelled {
                let frame: Frame
                do throws(Fault) {
                    frame = try await camera.next(before: deadline)
                } catch {
                    return .success((tally, tally.shortfall(endedBy: error)))
                }
                let hash = FrameExaminer.hash(frame)
                // A picture counts once, however often it comes: a frozen camera proves nothing.
                if seen.insert(hash).inserted {
                    tally.note(try examiner.look(at: frame, hash: hash), hash: hash)
                    if enough(tally) { return .success((tally, nil)) }
                }
                if await camera.isExhausted { return .success((tally, tally.shortfall(endedBy: nil))) }
            }
            throw Fault(.faceServiceDown, "the scan was cancelled", device: "camera")
        } catch {
            return .failure(error)
        }
    }
}
