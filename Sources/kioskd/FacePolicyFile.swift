import KioskConfig
import KioskModel
import KioskPlatform
import KioskStore
import VisionProtocol

/// By what this kiosk compares faces: the signed list of models in production, the configuration in a laboratory.
///
/// The highest sequence seen is kept, so that an older list never comes back.
struct FacePolicyFile {
    private struct Ratchet: Codable, Sendable { let sequence: UInt64 }
    private static let ratchet = "face-models"

    private let configuration: KioskConfiguration
    private let store: Store

    init(_ configuration: KioskConfiguration, store: Store) {
        self.configuration = configuration
        self.store = store
    }

    /// The policy, or why there is none: the kiosk starts all the same, and the PIN takes the face's place.
    func load() async -> Result<FacePolicy, Fault> {
        let face = configuration.face
        guard let settings = face.modelList else {
            guard configuration.kiosk.profile == .lab else {
                return .failure(Fault(.facePolicyUnsigned, "face.model_list is not configured", device: "camera"))
            }
            return .success(FacePolicy(threshold: face.threshold))
        }
        do throws(Fault) {
            let last = try await store.fetch(Ratchet.self, kind: .registryState, id: Self.ratchet)?.sequence ?? 0
            let list = try FaceModelList(file: settings.file, keyFile: settings.publicKeyFile, lastSequence: last)
            if list.sequence > last {
                var change = StoreChange()
                try change.put(
                    Ratchet(sequence: list.sequence), kind: .registryState, id: Self.ratchet, state: "seen")
                try await store.commit(change)
            }
            return .success(list.policy(least: face.threshold))
        } catch {
            return .failure(error)
        }
    }
}
