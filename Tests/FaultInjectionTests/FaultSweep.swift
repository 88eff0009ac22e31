import KioskTestSupport

/// One visit under one plan: what was met, and what came of it.
struct FaultOutcome: Sendable {
    let plan: FaultPlan
    let platform: String
    let shim: ShimState
    let restarts: Int
    let problems: Set<String>
    /// What must not be; empty where all is well.
    let findings: [String]

    var line: String {
        let met = shim.fired > 0 ? shim.first : "not met"
        let codes = problems.isEmpty ? "" : ", " + problems.sorted().joined(separator: " ")
        let verdict = findings.isEmpty ? "well" : findings.joined(separator: "; ")
        return "\(plan) (\(met)), platform \(platform), \(restarts) restarts\(codes): \(verdict)"
    }
}

/// Visits under plans, some at a time: most of a visit is waiting.
enum FaultSweep {
    private static let atATime = 4
    /// What the platform does until the visit is over.
    static let moods = ["accept", "slow 1", "cut", "refuse 503", "proxy 502", "busy 1"]

    /// One visit from its card to the platform. Never throws: what went wrong is a finding.
    static func visit(_ plan: FaultPlan, platform: String = "accept") async -> FaultOutcome {
        let kiosk = FaultedKiosk(plan)
        // A later call on the platform's socket is made only where earlier ones came to nothing; four of them do, as
        // the pauses between get longer.
        let tries = plan.kind == .platform && platform != "slow 1" ? min(plan.call, 4) : 1
        var people = PeopleAtKiosk(kiosk, platform: platform, tries: tries)
        var findings: [String] = []
        do {
            try await kiosk.start()
            try await people.bring()
            try await kiosk.end()
            findings = try await VisitVerdict(kiosk).findings()
        } catch {
            findings.append("\(error)")
        }
        if !findings.isEmpty, let saw = people.sawSlip { findings.append("the technician saw \(saw) slips") }
        if !findings.isEmpty { findings.append("log:\n\(kiosk.log())") }
        await kiosk.stop()
        return FaultOutcome(
            plan: plan, platform: platform, shim: kiosk.shim, restarts: people.restarts, problems: people.problems,
            findings: findings)
    }

    /// All of them, each with the mood that its number gives.
    static func visits(_ plans: [FaultPlan]) async -> [FaultOutcome] {
        await withTaskGroup(of: (Int, FaultOutcome).self) { group in
            var outcomes: [(Int, FaultOutcome)] = []
            for (number, plan) in plans.enumerated() {
                if number >= atATime, let done = await group.next() { outcomes.append(done) }
                group.addTask { (number, await visit(plan, platform: moods[plan.call % moods.count])) }
            }
            for await done in group { outcomes.append(done) }
            return outcomes.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Every call from the first to the last that any visit made: runs that differ in their number of calls are gone
    /// through until a whole round has met no call any more.
    static func every(
        _ plan: (Int) -> FaultPlan, upTo expected: Int, each report: (FaultOutcome) -> Void
    ) async -> [FaultOutcome] {
        var outcomes: [FaultOutcome] = []
        var next = 1
        while true {
            let round = await visits((next..<next + 2 * atATime).map(plan))
            round.forEach(report)
            outcomes += round
            next += round.count
            if next > expected, round.allSatisfy({ $0.shim.fired == 0 }) { return outcomes }
        }
    }

    /// One call in each of `count` equal stretches, by the seed.
    static func stride(upTo calls: Int, count: Int, seed: UInt64) -> [Int] {
        var random = SeededGenerator(seed: seed)
        guard calls > count else { return calls > 0 ? Array(1...calls) : [] }
        return (0..<count).map { part in
            let first = part * calls / count + 1
            return Int.random(in: first...max(first, (part + 1) * calls / count), using: &random)
        }
    }
}
