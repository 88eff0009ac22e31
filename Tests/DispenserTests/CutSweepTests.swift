import KioskModel
import SimulatedDevices
import Testing

/// Host and controller killed at every frame and every journal write of a dispense.
@Suite(.serialized) struct CutSweepTests {
    @Test(.timeLimit(.minutes(3)))
    func `wherever host or controller is cut, a box falls once or not at all, and done is true`() async throws {
        let cuts = try await everyCut()
        var outcomes: [String: Int] = [:]
        for cut in cuts {
            let result = try await CutSweep().run(cut)
            #expect(result.violation == nil, "\(cut)")
            print("cut sweep: \(cut): \(result.outcome?.rawValue ?? "nothing"), \(result.boxes) boxes")
            outcomes[result.outcome?.rawValue ?? "none", default: 0] += 1
        }
        let summary = outcomes.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
        print("cut sweep: \(cuts.count) cuts of host, controller and journal; \(summary)")
        #expect(outcomes["interrupted"] ?? 0 > 0, "some cuts must meet the motion")
    }

    @Test(.timeLimit(.minutes(3)))
    func `the sweep finds a kiosk that orders again instead of asking`() async throws {
        var violations = 0
        for cut in try await everyCut() where cut.isHost {
            let result = try? await CutSweep(recovery: .ordersAgain).run(cut)
            if result?.violation != nil { violations += 1 }
        }
        print("cut sweep: the planted bug gave \(violations) violations")
        #expect(violations > 0)
    }

    /// All cuts of one dispense, counted on one that goes well.
    private func everyCut() async throws -> [CutSweep.Cut] {
        let plain = try await CutSweep().run(nil)
        #expect(plain.outcome == .done)
        #expect(plain.frames >= 9, "identify, status, order, start, outcome, acknowledge and their answers")
        var cuts: [CutSweep.Cut] = []
        for frame in 0..<plain.frames {
            for after in [false, true] {
                cuts += [.host(frame: frame, after: after), .controller(frame: frame, after: after)]
            }
        }
        // Started, result, acknowledged.
        for write in 0..<3 {
            for bytes in [0, 13, 31, 32] { cuts.append(.journal(write: write, bytes: bytes)) }
        }
        return cuts
    }
}

extension CutSweep.Cut {
    fileprivate var isHost: Bool { if case .host = self { true } else { false } }
}
