import KioskAgent
import KioskModel
import KioskPlatform
import KioskStore
import Logging

/// Cares for the store in the background: checkpoints, archive, retention.
struct StoreKeeper: Sendable {
    private static let pause = Duration.seconds(600)

    let store: Store
    let retention: Retention
    let clock: any KioskClock
    let agent: Agent
    let logger: Logger

    /// Works until the task is cancelled. A trouble is told, and tried again at the next round.
    func run() async throws {
        while true {
            try await clock.sleep(for: Self.pause)
            do throws(Fault) {
                // A store that may be damaged is not moved about.
                try await agent.requireWholeStore()
                var report = try await store.maintain(retention)
                while report.archived + report.expired + report.keysWrapped > 0, !Task.isCancelled {
                    logger.info(
                        """
                        store: \(report.archived) visits archived, \(report.expired) deleted, \
                        \(report.keysWrapped) keys wrapped
                        """)
                    report = try await store.maintain(retention)
                }
            } catch {
                await agent.storeTrouble(error)
            }
        }
    }
}
