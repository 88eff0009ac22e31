import KioskAPIClient
import KioskLab
import KioskModel

/// A patient, a doctor and a technician who bring one visit to its end, whatever happens to kioskd meanwhile.
///
/// They do what the kiosk asks. Who gets no answer repeats the request under its key; who gets a problem tries again;
/// what the kiosk says is unknown they look at and record.
struct PeopleAtKiosk {
    /// What they found that must not be.
    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    private let kiosk: FaultedKiosk
    /// The platform's mood until the visit is over.
    private let platform: String
    /// How many messages must have met the mood before it ends.
    private let tries: Int
    private(set) var visit: VisitID?
    private(set) var restarts = 0
    /// Codes of the problems that they met.
    private(set) var problems: Set<String> = []
    /// How many slips the technician saw when the kiosk did not know whether it had printed.
    private(set) var sawSlip: Int?
    /// The furthest state that a request was answered with.
    private var acknowledged = VisitState.opened
    private var keys: [String: String] = [:]

    init(_ kiosk: FaultedKiosk, platform: String = "accept", tries: Int = 1) {
        self.kiosk = kiosk
        self.platform = platform
        self.tries = tries
    }

    /// Returns when the visit is at a state; for closed, when the platform has everything too. Throws `Broken` where
    /// that does not come, or where something that was acknowledged is gone.
    mutating func bring(to state: VisitState = .closed, within limit: Duration = .seconds(180)) async throws {
        let deadline = ContinuousClock.now + limit
        try await kiosk.stack.control.say("platform \(platform)")
        try await kiosk.stack.control.say("insert doctor card")
        var last = "nothing"
        var cardIsIn = false
        while ContinuousClock.now < deadline {
            if try await kiosk.restartWhereEnded() { restarts += 1 }
            guard let status = try? await kiosk.client.status() else {
                try await Task.sleep(for: .milliseconds(10))
                continue
            }
            guard let id = visit else {
                visit = status.visit?.id
                if visit == nil { try await offerCard(&cardIsIn) }
                continue
            }
            if cardIsIn {
                try await kiosk.stack.control.say("remove card")
                cardIsIn = false
            }
            do throws(APIClientError) {
                let view = try await kiosk.client.visit(id)
                last = "\(view.state.rawValue), \(view.fault?.code ?? "no fault"), \(problems.sorted())"
                try check(view)
                if view.state == .closed {
                    if try await isDrained(status) { return }
                } else if view.state == state {
                    return
                }
                try await step(view, status)
            } catch {
                try await take(error, id)
            }
        }
        throw Broken(description: "not over after \(limit): \(last)")
    }

    /// Puts the card in; where no visit comes of it, again.
    private func offerCard(_ cardIsIn: inout Bool) async throws {
        if cardIsIn { try await kiosk.stack.control.say("remove card") }
        try await kiosk.stack.control.say("insert card zhang-wei")
        cardIsIn = true
        let patience = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < patience {
            let status = try? await kiosk.client.status()
            if status?.visit != nil || status == nil { return }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// What was answered must still be so; a visit that was seen must still be there.
    private func check(_ view: VisitView) throws(APIClientError) {
        guard view.state != .needsPerson, Self.rank(view.state) < Self.rank(acknowledged) else { return }
        throw .protocol("lost: \(acknowledged.rawValue) was acknowledged, the visit is \(view.state.rawValue)")
    }

    private mutating func take(_ error: APIClientError, _ visit: VisitID) async throws {
        switch error {
        case .problem(let problem) where problem.code == FaultCode.apiNotFound.rawValue:
            throw Broken(description: "lost: visit \(visit) was shown and is gone")
        case .problem(let problem):
            problems.insert(problem.code)
            keys = [:]
        case .protocol(let words) where words.hasPrefix("lost"): throw Broken(description: words)
        case .daemonDown, .timeout, .protocol: break
        }
        try await Task.sleep(for: .milliseconds(10))
    }

    private static func rank(_ state: VisitState) -> Int {
        [.opened, .prescribed, .signed, .dispensing, .dispensed, .printing, .closed].firstIndex(of: state) ?? 0
    }

    private mutating func key(_ step: String) -> String {
        let key = keys[step] ?? UUIDv7.make()
        keys[step] = key
        return key
    }

    // MARK: Steps

    private mutating func step(_ view: VisitView, _ status: StatusView) async throws(APIClientError) {
        let client = kiosk.client
        let pin = Secret(LabDoctor.pin)
        switch view.state {
        case .opened, .prescribed:
            guard status.doctor != nil else {
                try await client.signIn(pin: pin)
                return
            }
            let answer =
                view.state == .opened
                ? try await client.prescribe(view.id, Walkthrough.draft, key: key("prescribe"))
                : try await client.sign(view.id, pin: pin, key: key("sign"))
            acknowledge(answer)
        case .signed, .dispensing: acknowledge(try await client.dispense(view.id, key: key("dispense")))
        case .dispensed, .printing: acknowledge(try await client.print(view.id, key: key("print")))
        case .needsPerson: try await look(view)
        case .closed, .aborted: break
        }
    }

    private mutating func acknowledge(_ view: VisitView) {
        if Self.rank(view.state) > Self.rank(acknowledged) { acknowledged = view.state }
    }

    /// A technician looks into the tray, or at the paper, and records it.
    private mutating func look(_ view: VisitView) async throws(APIClientError) {
        if view.slip == "unknown" {
            let seen = await kiosk.slipsAtRest()
            sawSlip = seen
            try await kiosk.client.resolvePrint(view.id, printed: seen > 0, by: "technician", key: key("slip"))
            return
        }
        guard let order = view.dispense.first(where: { !["done", "not-started"].contains($0.state) }),
            let fallen = try? await kiosk.boxes()
        else {
            try await kiosk.client.dispense(view.id, key: key("dispense"))
            return
        }
        let known = view.dispense.count { $0.state == "done" }
        try await kiosk.client.resolve(
            view.id, transaction: order.transaction, dropped: fallen > known, by: "technician", key: key("box"))
    }

    /// Whether nothing waits any more; the platform comes to itself once the visit is over.
    private func isDrained(_ status: StatusView) async throws(APIClientError) -> Bool {
        if platform != "accept", kiosk.received().count >= tries {
            do {
                try await kiosk.stack.control.say("platform accept")
            } catch {
                throw .protocol("the laboratory: \(error)")
            }
        }
        guard try await kiosk.client.status().queue.pending == 0 else {
            try? await Task.sleep(for: .milliseconds(20))
            return false
        }
        return true
    }
}
