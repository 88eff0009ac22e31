import KioskAPIClient
import KioskModel

/// Follows the agent's event stream and times the steps as they are announced.
actor StepTimer {
    private let client: KioskAPIClient
    private let say: @Sendable (String) -> Void
    private var listener: Task<Void, Never>?
    private var seen: [(name: String, visit: VisitID?)] = []
    private var last = ContinuousClock.now
    private(set) var steps: [WalkthroughReport.Step] = []

    init(client: KioskAPIClient, say: @escaping @Sendable (String) -> Void) {
        self.client = client
        self.say = say
    }

    /// Subscribes first: a step that is quicker than the subscription would be missed.
    func listen() async throws {
        let events = client.events(after: 0)
        listener = Task { [weak self] in
            do {
                for try await event in events { await self?.take(event) }
            } catch {
                await self?.lost(error)
            }
        }
    }

    func start() { last = .now }

    func stop() { listener?.cancel() }

    /// Waits for a step and gives the visit that it belongs to; at most 30 s.
    @discardableResult
    func wait(for name: String) async throws -> VisitID {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if let step = seen.first(where: { $0.name == name }) { return step.visit ?? "" }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw LabError("step \(name) did not come within 30 s")
    }

    private func take(_ event: AgentEvent) {
        if let prompt = event.prompt { say("         \(prompt.code)  \(prompt.zh) / \(prompt.en)") }
        if let fault = event.fault { say("         \(fault.code)  \(fault.zh) / \(fault.en)") }
        guard event.kind == "step", let name = event.state else { return }
        let now = ContinuousClock.now
        let (seconds, attoseconds) = (now - last).components
        let took = Double(seconds) + Double(attoseconds) / 1e18
        last = now
        seen.append((name, event.visit))
        steps.append(.init(name: name, seconds: (took * 1000).rounded() / 1000))
        say(Self.line(name, took))
    }

    private func lost(_ error: any Error) { say("event stream ended: \(error)") }

    private static func line(_ name: String, _ seconds: Double) -> String {
        let padded = name + String(repeating: " ", count: max(0, 14 - name.count))
        let hundredths = Int((seconds * 100).rounded())
        let fraction = String(hundredths % 100)
        return "√ \(padded) \(hundredths / 100).\(fraction.count == 1 ? "0" + fraction : fraction) s"
    }
}
