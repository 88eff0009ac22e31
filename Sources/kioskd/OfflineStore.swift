import KioskConfig
import KioskStore

/// The store in the hands of a command that takes the daemon's place while it works.
enum OfflineStore {
    /// Opens the store, and closes it however the work ends. Throws as `Store.open` and the work do.
    static func with<Answer>(
        _ configuration: KioskConfiguration, _ work: (Store) async throws -> Answer
    ) async throws -> Answer {
        let store = try Store.open(
            path: configuration.storePath, keys: try Secrets.storeKeys(configuration), clock: configuration.clock)
        do {
            let answer = try await work(store)
            try store.close()
            return answer
        } catch {
            try? store.close()
            throw error
        }
    }
}
