import Dispenser
import Foundation
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

/// The firmware image itself, in QEMU, met by the kiosk's own driver through the USB function.
@Suite(.serialized, .enabled(if: BoardLab.isPossible)) struct FirmwareTests {
    @Test(.timeLimit(.minutes(1)))
    func `the image gives one box an order, answers again, and holds the outcome until it is acknowledged`()
        async throws
    {
        try await withBoard { (lab) async throws in
            let driver = try await lab.readyDriver()
            #expect(try await driver.highWaterMark() == 0)
            #expect(try await driver.dispense(transaction: 1, slot: 5) == .done)
            #expect(try await driver.dispense(transaction: 1, slot: 5) == .done)
            #expect(try await driver.query(transaction: 1) == .done)
            try await driver.acknowledge(transaction: 1)
            #expect(try await driver.query(transaction: 1) == .unknown)
            #expect(try await driver.query(transaction: 2) == .notStarted)
            #expect(try await driver.dispense(transaction: 2, slot: 5) == .notStarted)
            await expectFault(.dispenserSlotFault) { _ = try await driver.dispense(transaction: 3, slot: 99) }
            #expect(lab.board.droppedBoxes == 1)
            #expect(lab.board.droppedBoxes(slot: 5) == 1)
            await driver.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `jam, no drop, open door, blind curtain and a lost motor driver are told apart`() async throws {
        try await withBoard { (lab) async throws in
            let driver = try await lab.readyDriver()
            try lab.board.jam(slot: 1)
            #expect(try await driver.dispense(transaction: 1, slot: 1) == .jam)
            await expectFault(.dispenserSlotFault) { _ = try await driver.dispense(transaction: 2, slot: 1) }
            try lab.board.noDrop(slot: 2)
            #expect(try await driver.dispense(transaction: 2, slot: 2) == .noDrop)
            try lab.board.noDrop(slot: 3, quarterTurns: 1)
            #expect(try await driver.dispense(transaction: 3, slot: 3) == .done)
            lab.board.setDoor(open: true)
            await expectEventually { await driver.status().fault?.code == .dispenserDoorOpen }
            await expectFault(.dispenserDoorOpen) { _ = try await driver.dispense(transaction: 4, slot: 4) }
            lab.board.setDoor(open: false)
            await expectEventually { await driver.status().fault == nil }

            async let outcome = driver.dispense(transaction: 4, slot: 4)
            await expectEventually { (lab.board.turningAngle ?? 0) > 0 }
            lab.board.setMotorBus(hung: true)
            #expect(try await outcome == .unverified, "it can't know whether a box fell")
            // It counts its curtain as blind before its door as open.
            await expectEventually { await driver.status().fault?.code == .dispenserDoorOpen }
            await expectFault(.dispenserDoorOpen) { _ = try await driver.dispense(transaction: 5, slot: 5) }
            lab.board.setMotorBus(hung: false)
            await expectEventually { await driver.status().fault == nil }

            async let restarted = driver.dispense(transaction: 5, slot: 5)
            await expectEventually { (lab.board.turningAngle ?? 0) > 0 }
            lab.board.restartMotorDriver()
            #expect(try await restarted == .unverified, "the driver has forgotten what it counted")
            #expect(lab.board.droppedBoxes(slot: 5) <= 1)
            await expectEventually { await driver.status().fault == nil }
            #expect(try await driver.dispense(transaction: 6, slot: 6) == .done)
            #expect(lab.board.droppedBoxes == 2 + lab.board.droppedBoxes(slot: 4) + lab.board.droppedBoxes(slot: 5))
            await driver.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `an image that hangs is started anew by the watchdog, and knows what it held`() async throws {
        try await withBoard { (lab) async throws in
            let driver = try await lab.readyDriver()
            #expect(try await driver.dispense(transaction: 1, slot: 1) == .done)
            try await lab.board.hang()
            #expect(await driver.status().fault?.code == .dispenserUnreachable)
            await driver.shutdown()
            // A driver of its own for each question: one that asks a silent controller on and on gives it a pause.
            await expectEventually(within: .seconds(60), "the watchdog's reset") {
                let asking = lab.driver()
                let answers = await asking.status().fault == nil
                await asking.shutdown()
                return answers
            }
            let after = lab.driver()
            #expect(try await after.query(transaction: 1) == .done)
            #expect(try await after.dispense(transaction: 2, slot: 2) == .done)
            #expect(lab.board.droppedBoxes == 2)
            await after.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the image reads the thermometer on its bus, below zero too`() async throws {
        try await withBoard { (lab) async throws in
            for degrees in [21.5, -10.25] {
                await lab.board.kill()
                try await lab.board.setTemperature(degrees)
                try await lab.board.start()
                let driver = lab.driver()
                let log = try await driver.temperature(from: 0)
                #expect(log.readings == [degrees])
                #expect(log.interval == 300)
                await driver.shutdown()
            }
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `the image updates itself; cut at whatever point of it, the board runs one that works`() async throws {
        try await withBoard { (lab) async throws in
            let driver = try await lab.readyDriver()
            let before = try await driver.firmware()
            #expect(before.version == "0.4.0" && before.board == "mps2-an386" && before.laboratoryKey)
            let start = ContinuousClock.now
            let after = try await driver.install(firmware: try lab.board.update(version: "0.5.0"))
            let whole = ContinuousClock.now - start
            #expect(after.version == "0.5.0" && after.standby == "0.4.0" && !after.onTrial)
            print("firmware: an update of the emulated board took \(whole.inSeconds) s")
            await expectFault(.firmwareRefused) {
                _ = try await driver.install(firmware: try lab.board.update(version: "0.5.0"))
            }
            await expectFault(.firmwareRefused) {
                let stranger = [UInt8](repeating: 7, count: 32)
                _ = try await driver.install(firmware: try lab.board.update(version: "0.6.0", seed: stranger))
            }
            await driver.shutdown()
            for part in 1...5 {
                let cut = lab.driver()
                async let installing = try? cut.install(firmware: try lab.board.update(version: "0.6.0"))
                try await Task.sleep(for: whole * Double(part) / 6)
                await lab.board.kill()
                await cut.shutdown()
                _ = await installing
                try await lab.board.start()
                let next = lab.driver()
                let firmware = try await next.firmware()
                #expect(firmware.version == "0.5.0" || firmware.version == "0.6.0")
                print(
                    "firmware: cut at \(part)/6 of an update, \(firmware.version) runs\(firmware.onTrial ? " on trial" : "")"
                )
                await next.shutdown()
                if firmware.onTrial {
                    // Nobody confirmed it: the next start goes back.
                    await lab.board.kill()
                    try await lab.board.start()
                }
                if firmware.version == "0.6.0", !firmware.onTrial { break }
            }
            let last = lab.driver()
            #expect(try await last.install(firmware: try lab.board.update(version: "0.7.0")).version == "0.7.0")
            await expectEventually { await last.status().fault == nil }
            #expect(try await last.dispense(transaction: 1, slot: 5) == .done)
            await last.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the image turns a motor home that a power loss left away, and lets the door go`() async throws {
        try await withBoard { (lab) async throws in
            let driver = try await lab.readyDriver()
            async let running = driver.dispense(transaction: 1, slot: 2)
            await expectEventually { (lab.board.turningAngle ?? 0) > 0.2 }
            await lab.board.kill()
            try await lab.board.start()
            #expect(try await running == .interrupted)
            let fallen = lab.board.droppedBoxes(slot: 2)
            try await expectEventually { try await !driver.door(release: false) }
            let homing = try await driver.home(transaction: 2, slot: 2)
            #expect(homing.outcome == .done)
            #expect(homing.fallen == lab.board.droppedBoxes(slot: 2) - fallen)
            #expect(lab.board.droppedBoxes(slot: 2) <= 1)
            #expect(try await driver.dispense(transaction: 3, slot: 2) == .done)
            _ = try await driver.door(release: true)
            await expectEventually { await driver.status().fault?.code == .dispenserDoorOpen }
            lab.board.setDoor(open: false)
            await driver.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `killed in the motion, the image says interrupted after its start, from the journal in its EEPROM`()
        async throws
    {
        try await withBoard { (lab) async throws in
            let first = try await lab.readyDriver()
            #expect(try await first.dispense(transaction: 1, slot: 1) == .done)
            async let running = first.dispense(transaction: 2, slot: 2)
            await expectEventually { (lab.board.turningAngle ?? 0) > 0.2 }
            await lab.board.kill()
            try await lab.board.start()
            #expect(try await running == .interrupted)
            #expect(try await first.query(transaction: 1) == .done)
            #expect(try await first.highWaterMark() == 2)
            #expect(try await first.dispense(transaction: 2, slot: 2) == .interrupted)
            #expect(lab.board.droppedBoxes(slot: 2) <= 1)
            await first.shutdown()
        }
    }

    /// KIOSK_KILLS sets how often; 10 in the test run, 200 in the long form.
    @Test(.timeLimit(.minutes(30)))
    func `wherever the board or the host is killed, no box falls twice and done is true`() async throws {
        let kills = Int(ProcessInfo.processInfo.environment["KIOSK_KILLS"] ?? "") ?? 10
        var tally = KillTally()
        var generator = SeededGenerator(seed: 20_261_122)
        try await withBoard(slots: max(12, kills)) { (lab) async throws in
            try await lab.readyDriver().shutdown()
            for kill in 0..<kills {
                try await killOnce(lab, kill: kill, generator: &generator, tally: &tally)
            }
        }
        print("firmware: \(kills) kills of board and host in turn, \(tally)")
        #expect(tally.doubleDrops == 0, "seed 20261122")
        #expect(tally.wrongDone == 0, "seed 20261122")
        #expect(tally.wrongNotStarted == 0, "seed 20261122")
        #expect(tally.unresolved == 0, "seed 20261122")
    }

    /// One order with one death in it, at a random time; then what the kiosk does after its start.
    private func killOnce(
        _ lab: BoardLab, kill: Int, generator: inout SeededGenerator, tally: inout KillTally
    ) async throws {
        // A slot of its own for each order: where a motor was stopped, the slot stays locked.
        let slot = kill % 256
        let before = lab.board.droppedBoxes(slot: slot)
        // A third of the deaths meet the frames before the turn, the rest the turn and its end.
        let latest = kill % 3 == 0 ? 20_000 : 360_000
        let delay = Duration.microseconds(Int.random(in: 0...latest, using: &generator))
        let driver = lab.driver()
        let transaction = try await driver.highWaterMark() + 1
        async let running = try? driver.dispense(transaction: transaction, slot: slot)
        try await Task.sleep(for: delay)
        if kill.isMultiple(of: 2) {
            await lab.board.kill()
            try await lab.board.start()
        } else {
            await driver.shutdown()
        }
        let told = await running
        await driver.shutdown()

        let next = try await lab.readyDriver()
        let settled = try await next.query(transaction: transaction)
        let repeated = try await next.dispense(transaction: transaction, slot: slot)
        tally.note(
            told: told, settled: settled, repeated: repeated, boxes: lab.board.droppedBoxes(slot: slot) - before)
        try await next.acknowledge(transaction: transaction)
        await next.shutdown()
    }
}

/// What a series of kills came to.
private struct KillTally: CustomStringConvertible {
    private var outcomes: [DispenseOutcome: Int] = [:]
    private(set) var doubleDrops = 0
    private(set) var wrongDone = 0
    private(set) var wrongNotStarted = 0
    private(set) var unresolved = 0

    mutating func note(told: DispenseOutcome?, settled: DispenseOutcome, repeated: DispenseOutcome, boxes: Int) {
        outcomes[settled, default: 0] += 1
        if boxes > 1 { doubleDrops += 1 }
        if settled == .done || told == .done, boxes != 1 { wrongDone += 1 }
        if settled == .notStarted, boxes != 0 { wrongNotStarted += 1 }
        let isSettled = settled == .done || settled == .interrupted || settled == .notStarted
        if !isSettled || repeated != settled { unresolved += 1 }
    }

    var description: String {
        let counts = outcomes.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
        return "\(doubleDrops) double drops, \(wrongDone) wrong done; settled as \(counts)"
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        let (seconds, attoseconds) = components
        return (Double(seconds) + Double(attoseconds) / 1e18).rounded(toPlaces: 1)
    }
}

extension Double {
    fileprivate func rounded(toPlaces places: Int) -> Double {
        let scale = pow(10, Double(places))
        return (self * scale).rounded() / scale
    }
}
