import Dispenser
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Synchronization
import Testing
import USBTransport

/// A line that loses, doubles, reorders, truncates and invents frames, in both directions.
@Suite(.serialized) struct NoiseTests {
    private static let seed: UInt64 = 20_261_122

    @Test(.timeLimit(.minutes(3)), arguments: [1, 10])
    func `on a noisy line every order ends right`(percent: Int) async throws {
        let folder = TemporaryFolder("noise")
        let cabinet = try SimulatedDispenser(
            journalPath: folder.file("journal"), slots: [1: 100, 2: 100], motorTime: .milliseconds(20))
        let server = USBIPServer()
        let port = try await server.start()
        let noise = LineNoise(percent: percent, seed: Self.seed + UInt64(percent))
        let tap = FrameTap(cabinet) { direction, bytes in .init(frames: noise.pass(direction, bytes)) }
        await server.plug(tap, at: "1-4")
        let host = USBIPHost(host: "127.0.0.1", port: port)
        let role = USBRole(name: "dispenser", interfaceClass: 0x02)
        let limits = CabinetLimits(
            reply: .milliseconds(120), attempts: 4, poll: .milliseconds(60), resolve: .seconds(5), motion: .seconds(10),
            reopen: .milliseconds(10))
        let driver = CabinetDriver(
            binding: USBRoleBinding(host: host, role: role, allowsSimulated: true), limits: limits,
            allowsLaboratoryKey: true)

        let orders = percent > 5 ? 40 : 100
        var ends: [String: Int] = [:]
        for number in UInt32(1)...UInt32(orders) {
            let end: String
            do {
                let outcome = try await driver.dispense(transaction: number, slot: Int(number % 2) + 1)
                let boxes = await cabinet.droppedBoxes(transaction: number)
                end = outcome.rawValue
                let isRight = outcome == .done ? boxes == 1 : outcome == .notStarted && boxes == 0
                #expect(isRight, "order \(number): \(outcome), \(boxes) boxes, seed \(Self.seed)")
                await acknowledge(number, driver)
            } catch {
                // A fault means that the order never left.
                end = "fault"
                let boxes = await cabinet.droppedBoxes(transaction: number)
                #expect(boxes == 0, "order \(number): \(error), \(boxes) boxes, seed \(Self.seed)")
            }
            ends[end, default: 0] += 1
        }
        let summary = ends.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
        print(
            "noise: \(percent) %, \(noise.disturbed) of \(noise.passed) frames disturbed, \(orders) orders: \(summary)")
        #expect(noise.disturbed > 0)
        #expect(ends["done", default: 0] > orders / 2)
        #expect(await cabinet.droppedBoxes == ends["done", default: 0], "seed \(Self.seed)")
        await driver.shutdown()
        await host.shutdown()
        await server.stop()
    }

    /// An acknowledgement may be repeated for ever.
    private func acknowledge(_ number: UInt32, _ driver: CabinetDriver) async {
        for _ in 0..<10 {
            do {
                return try await driver.acknowledge(transaction: number)
            } catch {
                continue
            }
        }
        Issue.record("order \(number) could not be acknowledged, seed \(Self.seed)")
    }
}

/// Disturbs so many of a hundred frames, each in one of five ways.
final class LineNoise: Sendable {
    private struct State {
        var generator: SeededGenerator
        var held: [FrameTap.Direction: [UInt8]] = [:]
        var passed = 0
        var disturbed = 0
    }

    private let percent: Int
    private let state: Mutex<State>

    init(percent: Int, seed: UInt64) {
        self.percent = percent
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
    }

    var passed: Int { state.withLock { $0.passed } }
    var disturbed: Int { state.withLock { $0.disturbed } }

    /// What goes on instead of a frame.
    func pass(_ direction: FrameTap.Direction, _ frame: [UInt8]) -> [[UInt8]] {
        state.withLock { state in
            state.passed += 1
            // What was held back comes late: behind this frame.
            let late = state.held.removeValue(forKey: direction).map { [$0] } ?? []
            guard Int.random(in: 0..<100, using: &state.generator) < percent else { return [frame] + late }
            state.disturbed += 1
            switch Int.random(in: 0..<5, using: &state.generator) {
            case 0: return late
            case 1: return [frame, frame] + late
            case 2:
                state.held[direction] = frame
                return late
            case 3:
                let length = Int.random(in: 1..<max(2, frame.count), using: &state.generator)
                return [Array(frame.prefix(length))] + late
            default:
                let noise = (0..<Int.random(in: 1...60, using: &state.generator)).map { _ in
                    UInt8.random(in: 0...255, using: &state.generator)
                }
                return [noise, frame] + late
            }
        }
    }
}
