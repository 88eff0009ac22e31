import KioskModel
import KioskPlatform
import KioskStore
import Logging

/// Cares for the store in the background: checkpoints, archive, retention, erasures that were cut off.
public struct StoreKeeper: Sendable {
    /// Between two rounds.
    public static let pause = Duration.seconds(600)

    private let store: Store
    private let retention: Retention
    private let clock: any KioskClock
    private let agent: Agent
    private let logger: Logger

    public init(store: Store, retention: Retention, clock: any KioskClock, agent: Agent, logger: Logger) {
        self.store = store
        self.retention = retention
        self.clock = clock
        self.agent = agent
        self.logger = logger
    }

    /// Works until the task is cancelled. A trouble is told, and tried again at the next round.
    public func run() async throws {
        while true {
            try await clock.sleep(for: Self.pause)
            await round()
        }
    }

    private func round() async {
        do throws(Fault) {
            // A store that may be damaged is not moved about.
            try await agent.requireWholeStore()
            if clock.stamp().quality == .untrusted {
                logger.warning("\(clock.untrustedWords); nothing is archived or deleted by age")
            }
            var report = try await store.maintain(retention)
            await tell(report)
            while report.archived + report.expired + report.dropped + report.keysWrapped > 0, !Task.isCancelled {
                logger.info(
                    """
                    store: \(report.archived) visits archived, \(report.expired) deleted, \
                    \(report.dropped) sent messages of no visit deleted, \(report.keysWrapped) keys wrapped
                    """)
                report = try await store.maintain(retention)
            }
        } catch {
            await agent.storeTrouble(error)
        }
    }

    private func tell(_ report: MaintenanceReport) async {
        guard let salvage = report.salvage else { return }
        for name in salvage.lost { logger.error("the damaged archive's \(name) is lost") }
        await agent.storeTrouble(
            Fault(
                .storeArchiveDamaged,
                """
                moved aside to \(salvage.keptIn); saved \(salvage.records) records and \(salvage.messages) messages, \
                lost \(salvage.lost.count) (\(salvage.reason))
                """))
    }
}
