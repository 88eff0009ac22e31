import Foundation
import KioskTestSupport
import Testing

/// The kioskd that ships is killed, and its disk and connections fail, at every writing call of a visit.
///
/// KIOSK_LONG=1 takes each call; the test run a seeded choice. KIOSK_FAULT="store: broken" takes that kind alone,
/// KIOSK_CALLS="169-172,284" these calls alone.
@Suite(.serialized) struct EveryCallTests {
    private static let isLong = ProcessInfo.processInfo.environment["KIOSK_LONG"] != nil
    private static let only = ProcessInfo.processInfo.environment["KIOSK_FAULT"] ?? ""

    /// The calls that were asked for by number; empty for none in particular.
    private static let calls: [Int] = (ProcessInfo.processInfo.environment["KIOSK_CALLS"] ?? "").split(separator: ",")
        .flatMap { part -> [Int] in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return [] }
            return Array(first...last)
        }

    /// A visit that nothing happens to: how many calls it makes.
    private static let dry = Task { await FaultSweep.visit(.count) }

    /// A kind of fault, and how many calls of it the test run takes; the platform's calls are few, and all taken.
    struct Fault: Sendable, CustomTestStringConvertible {
        let kind: FaultPlan.Kind
        let actions: [FaultPlan.Action]
        let taken: Int

        /// How many of those the visits must come to: their number of calls is not the dry run's. To the devices it is
        /// 300 to 380, as often as they are asked while somebody waits.
        var leastMet: Int { kind == .devices ? taken / 2 : taken * 3 / 4 }

        var testDescription: String { "\(kind.rawValue): \(actions.map(\.rawValue).joined(separator: ", "))" }

        /// Failing calls come alone, in twos and in threes.
        func plan(_ call: Int, _ action: FaultPlan.Action) -> FaultPlan {
            FaultPlan(kind: kind, action: action, call: call, times: action.kills ? 1 : call % 3 + 1)
        }
    }

    @Test(
        .timeLimit(.minutes(isLong ? 90 : 5)),
        arguments: [
            Fault(kind: .store, actions: [.killBefore, .killHalf, .killAfter], taken: 18),
            Fault(kind: .store, actions: [.full], taken: 12),
            Fault(kind: .store, actions: [.broken], taken: 12),
            Fault(kind: .platform, actions: [.killBefore, .killHalf, .killAfter], taken: 4),
            Fault(kind: .platform, actions: [.broken], taken: 4),
            Fault(kind: .devices, actions: [.killBefore, .killHalf, .killAfter], taken: 12),
            Fault(kind: .devices, actions: [.broken], taken: 8),
        ].filter { $0.testDescription.hasPrefix(only) })
    func `whatever call it is, the visit ends well: boxes, slip, disk and platform`(fault: Fault) async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        let dry = await Self.dry.value
        #expect(dry.findings.isEmpty, "\(dry.line)")
        let calls = dry.shim.calls[fault.kind] ?? 0
        #expect(calls > 0)
        print("\(fault.testDescription): a visit makes \(calls) calls; seed \(seed)")

        var outcomes: [FaultOutcome] = []
        if !Self.calls.isEmpty {
            for action in fault.actions {
                outcomes += await FaultSweep.visits(Self.calls.map { fault.plan($0, action) })
            }
            for outcome in outcomes { print(outcome.line) }
        } else if Self.isLong {
            for action in fault.actions {
                outcomes += await FaultSweep.every({ fault.plan($0, action) }, upTo: calls) { print($0.line) }
            }
        } else {
            var random = SeededGenerator(seed: seed)
            // Retries add to the calls of the dry run.
            let last = max(calls, fault.taken)
            let plans = FaultSweep.stride(upTo: last, count: fault.taken, seed: seed).map { call in
                fault.plan(call, fault.actions.randomElement(using: &random) ?? .killBefore)
            }
            outcomes = await FaultSweep.visits(plans)
            for outcome in outcomes { print(outcome.line) }
        }
        for outcome in outcomes where !outcome.findings.isEmpty {
            Issue.record("seed \(seed): \(outcome.line)")
        }
        let met = outcomes.filter { $0.shim.fired > 0 }
        print("\(fault.testDescription): \(met.count) of \(outcomes.count) plans met their call")
        #expect(met.count >= (Self.calls.isEmpty ? fault.leastMet : 1))
    }
}
