import Foundation
import KioskConfig
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore
import Prescribing

/// Loads the signed registry and keeps the highest sequence seen, so that an older file never comes back.
actor RegistryFile {
    private struct Ratchet: Codable, Sendable { let sequence: UInt64 }

    /// Tells one content of the file from another: whoever replaces or writes it changes one of these.
    private struct Mark: Equatable {
        let inode: ino_t
        let size: off_t
        let times: [Int]

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            inode = status.st_ino
            size = status.st_size
            times = [
                status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }
    }

    private let settings: KioskConfiguration.Registry?
    private let store: Store
    private let clock: any KioskClock
    /// What the registry that was taken last was read from; nil where none was.
    private var taken: Mark?

    init(_ settings: KioskConfiguration.Registry?, store: Store, clock: any KioskClock) {
        self.settings = settings
        self.store = store
        self.clock = clock
    }

    /// The registry where another file lies there than the one that was taken last, or why that can't be taken.
    func reload() async -> Result<DoctorRegistry, Fault>? {
        if let settings, let taken, Mark(settings.file) == taken { return nil }
        return await load()
    }

    /// The registry, or why there is none: the kiosk starts all the same, but no doctor can sign.
    func load() async -> Result<DoctorRegistry, Fault> {
        do throws(Fault) {
            guard let settings else { throw Fault(.registryMissing, "[registry] is not configured") }
            // Before the content: a file that comes between the two is read once more.
            let mark = Mark(settings.file)
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
            taken = mark
            return .success(registry)
        } catch {
            taken = nil
            return .failure(error)
        }
    }
}
