import Testing

@testable import DispenserKit

@Suite final class MotorBusTests {
    /// The driver's end of the line, as a test answers it.
    private final class Line {
        var toController: [UInt8] = []
        var commands: [MotorCommand] = []
        var describes = 0
        var latchReleases = 0
        var state = MotorBusState(epoch: 1, motion: 7)
        var isSilent = false
        private var decoder = FrameDecoder()

        func take(_ wire: EncodedFrame) {
            for index in 0..<wire.count {
                guard let frame = try? decoder.push(wire.byte(at: index) ?? 0) else { continue }
                guard let message = try? MotorBusMessage(frame) else { continue }
                switch message {
                case .describe:
                    describes += 1
                    var slots = SlotSet()
                    for slot in [UInt16(0), 5, 255] { slots.insert(slot) }
                    reply(.description(MotorBusDescription(turnTime: 300, slots: slots)), frame.sequence)
                case .command(let command):
                    commands.append(command)
                    reply(.state(state), frame.sequence)
                case .releaseLatch:
                    latchReleases += 1
                    reply(.state(state), frame.sequence)
                case .description, .state: Issue.record("the controller sent an answer")
                }
            }
        }

        func reply(_ message: MotorBusMessage, _ sequence: UInt16) {
            guard !isSilent else { return }
            let wire = message.frame(sequence: sequence).encoded()
            for index in 0..<wire.count { toController.append(wire.byte(at: index) ?? 0) }
        }
    }

    private struct Link: SerialLink {
        let line: Line
        func receive() -> UInt8? { line.toController.isEmpty ? nil : line.toController.removeFirst() }
        func send(_ frame: EncodedFrame) { line.take(frame) }
    }

    private let line = Line()
    private var master: MotorBusMaster<Link>
    private var now: UInt32 = 1000

    init() { master = MotorBusMaster(link: Link(line: line)) }

    private func pass(_ milliseconds: Int) {
        for _ in 0..<milliseconds {
            now &+= 1
            master.poll(now: now)
        }
    }

    // Outside of the macro, which can't change what it looks at.
    private func isHome() -> Bool { master.isHome(5) }
    private func drops() -> UInt8 { master.takeDrops() }

    @Test func `before the driver has spoken there is no slot, the door is open and the curtain blind`() {
        line.isSilent = true
        pass(300)
        #expect(line.describes > 2, "it keeps asking")
        #expect(!master.exists(5))
        #expect(master.isDoorOpen)
        #expect(!master.isCurtainWorking)
        master.start(5, for: 100)
        #expect(line.commands.isEmpty)
        line.isSilent = false
        pass(200)
        #expect(master.exists(5) && master.exists(255) && !master.exists(6) && !master.exists(256))
        #expect(!master.isDoorOpen)
        #expect(master.isCurtainWorking)
        #expect(master.description?.slots.count == 3)
    }

    @Test func `a start is repeated until the driver has it, and is then only kept`() {
        pass(200)
        line.commands = []
        line.isSilent = true
        master.start(5, for: 400)
        pass(150)
        #expect(line.commands.count >= 2)
        #expect(line.commands.allSatisfy { $0.action == .start && $0.motion == 8 && $0.slot == 5 && $0.time == 400 })
        line.isSilent = false
        line.state.motion = 8
        pass(200)
        line.commands = []
        pass(50)
        #expect(!line.commands.isEmpty)
        #expect(line.commands.allSatisfy { $0.action == .keep && $0.motion == 8 })
        master.stop()
        #expect(line.commands.last?.action == .stop)
    }

    @Test func `a driver that lost its memory is not told to start again, and its curtain is doubted`() {
        pass(200)
        line.state.drops = 9
        pass(100)
        master.arm()
        master.start(5, for: 400)
        line.state.motion = 8
        pass(100)
        line.state = MotorBusState(epoch: 2, motion: 0)
        line.commands = []
        pass(100)
        #expect(!master.isCurtainWorking)
        #expect(drops() == 0, "its count began anew")
        #expect(line.commands.last?.action == .stop)
        #expect(!line.commands.contains { $0.action == .start })
        pass(600)
        #expect(master.isCurtainWorking)
    }

    @Test func `silence opens the door and blinds the curtain, and drops are counted across the wrap`() {
        line.state.drops = 254
        pass(200)
        master.arm()
        line.state.drops = 1
        pass(50)
        #expect(drops() == 3)
        #expect(drops() == 0)
        line.isSilent = true
        pass(500)
        // The controller itself stood still: that is not the driver's silence.
        now &+= 5000
        master.poll(now: now)
        #expect(!master.isDoorOpen)
        #expect(!master.isCurtainWorking)
        pass(1100)
        #expect(master.isDoorOpen)
        #expect(!master.isCurtainWorking)
    }

    @Test func `what fell is as old as the question that was answered last`() {
        pass(200)
        #expect(master.age <= 16)
        line.isSilent = true
        let before = master.age
        pass(100)
        #expect(master.age == before + 100, "a question asked again makes nothing younger")
        line.isSilent = false
        pass(70)
        #expect(master.age <= 16)
    }

    @Test func `an absence from home shorter than a question is still told once`() {
        line.state.home.insert(5)
        pass(200)
        master.start(5, for: 400)
        #expect(isHome(), "it has not left yet")
        line.state.motion = 8
        line.state.hasLeftHome = true
        pass(100)
        #expect(!isHome())
        #expect(isHome())
    }

    @Test func `old, damaged and foreign frames change nothing`() {
        pass(200)
        var seeded = SeededGenerator(seed: 386)
        var late = MotorBusState(epoch: 1, motion: 7)
        late.isDoorOpen = true
        line.reply(.state(late), 1)
        for _ in 0..<2000 { line.toController.append(.random(in: 0...255, using: &seeded)) }
        line.isSilent = true
        let asked = line.commands.count
        pass(1)
        #expect(!master.isDoorOpen)
        #expect(line.commands.count <= asked + 1)
        for length in 0..<40 {
            var body = FrameBody()
            for _ in 0..<length { body.append(0xFF) }
            for type in [UInt8(0x40), 0x41, 0xC0, 0xC1, 0x01] {
                _ = try? MotorBusMessage(Frame(type: type, sequence: 1, body: body))
            }
        }
    }
}
