import KioskModel
import SimulatedDevices
import Testing

/// Host and controller killed at every frame and every journal write of a dispense.
@Suite(.serialized) struct CutSweepTests {
    @Test(.timeLimit(.minutes(3)))
    func `wherever host or controller is cut, a box falls once or not at all, and done is true`() async throws {
        let sweep = CutSweep()
        let plain = try await Self.plainRun(sweep)
        #expect(plain.frames >= 9, "identify, status, order, start, outcome, acknowledge and their answers")
        #expect(plain.journalWrites >= 3, "started, result, acknowledged")
        let outcomes = try await Self.run(sweep, Self.frameCuts(plain) + Self.journalCuts(plain))
        #expect(outcomes["interrupted"] ?? 0 > 0, "some cuts must meet the motion")
    }

    @Test(.timeLimit(.minutes(3)))
    func `cut on the way to the other page, the journal still knows what became of the order`() async throws {
        let fresh = try await Self.plainRun(CutSweep())
        let sweep = CutSweep(former: try await CutSweep.journalOfAFullPage())
        let plain = try await Self.plainRun(sweep)
        #expect(plain.journalWrites > fresh.journalWrites, "the order goes over to the other page")
        _ = try await Self.run(sweep, Self.journalCuts(plain))
    }

    @Test(.timeLimit(.minutes(3)))
    func `a kiosk for patients, which asks about the firmware first, may be cut anywhere, too`() async throws {
        let laboratory = try await Self.plainRun(CutSweep())
        let sweep = CutSweep(refusesLaboratory: true)
        let plain = try await Self.plainRun(sweep)
        #expect(plain.frames > laboratory.frames, "it asks")
        _ = try await Self.run(sweep, Self.frameCuts(plain).filter(\.isHost))
    }

    @Test(.timeLimit(.minutes(3)))
    func `the sweep finds a kiosk that orders again instead of asking`() async throws {
        var violations = 0
        for cut in Self.frameCuts(try await Self.plainRun(CutSweep())) where cut.isHost {
            let result = try? await CutSweep(recovery: .ordersAgain).run(cut)
            if result?.violation != nil { violations += 1 }
        }
        print("cut sweep: the planted bug gave \(violations) violations")
        #expect(violations > 0)
    }

    /// How often each outcome came.
    private static func run(_ sweep: CutSweep, _ cuts: [CutSweep.Cut]) async throws -> [String: Int] {
        var outcomes: [String: Int] = [:]
        for cut in cuts {
            let result = try await sweep.run(cut)
            #expect(result.violation == nil, "\(cut)")
            print("cut sweep: \(cut): \(result.outcome?.rawValue ?? "nothing"), \(result.boxes) boxes")
            outcomes[result.outcome?.rawValue ?? "none", default: 0] += 1
        }
        let summary = outcomes.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
        print("cut sweep: \(cuts.count) cuts of host, controller and journal; \(summary)")
        return outcomes
    }

    /// A dispense that goes well, whose frames and writes are counted.
    private static func plainRun(_ sweep: CutSweep) async throws -> CutSweep.Result {
        let plain = try await sweep.run(nil)
        #expect(plain.outcome == .done)
        return plain
    }

    private static func frameCuts(_ plain: CutSweep.Result) -> [CutSweep.Cut] {
        (0..<plain.frames).flatMap { frame in
            [false, true].flatMap { after -> [CutSweep.Cut] in
                [.host(frame: frame, after: after), .controller(frame: frame, after: after)]
            }
        }
    }

    private static func journalCuts(_ plain: CutSweep.Result) -> [CutSweep.Cut] {
        (0..<plain.journalWrites).flatMap { write in
            [0, 13, 31, 32].map { CutSweep.Cut.journal(write: write, bytes: $0) }
        }
    }
}

extension CutSweep.Cut {
    fileprivate var isHost: Bool { if case .host = self { true } else { false } }
}
