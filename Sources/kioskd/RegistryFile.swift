import Foundation
import KioskConfig
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore
import Prescribing

/// Loads the signed registry and keeps the highest sequence seen, so that an older file never comes back.
struct RegistryFile {
    private struct Ratchet: Codable, Sendable { let sequence: UInt64 }

    private let settings: KioskConfiguration.Registry?
    private let store: Store
    private let clock: any KioskClock

    init(_ settings: KioskConfiguration.Registry?, store: Store, clock: any KioskClock) {
        self.settings = settings
        self.store = store
        self.clock = clock
    }

    /// The registry, or why there is none: the kiosk starts all the same, but no doctor can sign.
    func load() async -> Result<DoctorRegistry, Fault> {
        do throws(Fault) {
            guard let settings else { throw Fault(.registryMissing, "[registry] is not configured") }
            let bytes = try Secrets.bytes(settings.file, .registryMissing)
            let key = try EnvelopeKey(hex: try Secrets.text(settings.publicKeyFile, .registryMissing))
            let last = try await store.fetch(Ratchet.self, kind: .registryState, id: "ratchet")?.sequence ?? 0
            let now = Date(timeIntervalSince1970: Double(clock.latest) / 1000)
            let registry = try DoctorRegistry(envelope: bytes, key: key, lastSequence: last, now: now)
            await clock.learn(Int64(registry.issued.timeIntervalSince1970 * 1000), isNow: false)
            if registry.sequence > last {
                var change = StoreChange()
                try change.put(
                    Ratchet(sequence: registry.sequence), kind: .registryState, id: "ratchet", state: "seen")
                try await store.commit(change)
            }
            return .success(registry)
        } catch {
            return .failure(error)
        }
    }
}
