import KioskAgent
import KioskPlatform
import ServiceLifecycle

/// Runs the agent; a graceful shutdown ends steps under way and lets the devices go.
struct AgentService: Service {
    let agent: Agent

    func run() async throws {
        await withGracefulShutdownHandler {
            await agent.run()
        } onGracefulShutdown: {
            Task { await agent.stop() }
        }
        await agent.stop()
    }
}

/// Runs something that ends when its task is cancelled.
struct BackgroundService: Service {
    private let body: @Sendable () async throws -> Void

    init(_ body: @escaping @Sendable () async throws -> Void) {
        self.body = body
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await body()
            } catch is CancellationError {
                return
            }
        }
    }
}
