import DispenserKit
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

@testable import Dispenser

@Suite(.serialized, .timeLimit(.minutes(1))) struct HostileWireTests {
    @Test func `noise before and between the controller's answers changes nothing`() async throws {
        let seed: UInt64 = 0xCAB
        var generator = SeededGenerator(seed: seed)
        try await withCabinet { (lab) async throws in
            #expect(await lab.driver.status().state == .ready)
            for number in UInt32(1)...5 {
                let noise = (0..<Int.random(in: 1...3000, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                await lab.cabinet.sendNoise(noise)
                let outcome = try await lab.dispense(number, slot: 1)
                #expect(outcome == .done, "seed \(seed), order \(number)")
            }
            #expect(await lab.cabinet.droppedBoxes == 5)
        }
    }

    @Test func `random bytes, huge frames and false orders to the controller move nothing`() async throws {
        let seed: UInt64 = 0xF00D
        var generator = SeededGenerator(seed: seed)
        try await withCabinet { (lab) async throws in
            let device = try #require(try await lab.host.devices().first)
            let raw = try await lab.host.open(device)
            let shape = try #require(CDCACMShape(raw.configuration))
            let port = try await CDCACMPort(raw, shape)
            try await port.write([UInt8](repeating: 0x41, count: 60_000), timeout: .seconds(5))
            for _ in 0..<40 {
                let bytes = (0..<500).map { _ in UInt8.random(in: 0...255, using: &generator) }
                try await port.write(bytes, timeout: .seconds(5))
            }
            let order = Request.dispense(DispenseOrder(transaction: 1, slot: 1, count: 1)).frame(sequence: 1).encoded()
            let whole = (0..<order.count).compactMap { order.byte(at: $0) }
            for index in 1..<(whole.count - 1) {
                var broken = whole
                broken[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
                try await port.write(broken, timeout: .seconds(5))
            }
            await raw.close()
            #expect(await eventually { (try? await lab.highWaterMark()) == 0 }, "seed \(seed)")
            #expect(await lab.cabinet.droppedBoxes == 0)
            #expect(try await lab.dispense(1, slot: 1) == .done)
        }
    }

    @Test func `a controller of another protocol version gets no order`() async throws {
        let fault = try await faultAgainst { frame in
            guard frame.type == MessageType.identify.rawValue else { return [] }
            let firmware = FirmwareVersion(major: 9, minor: 0, patch: 0)
            return [.identity(Identity(firmware: firmware, slots: 3, highWaterMark: 0, unit: 1, protocolVersion: 2))]
        }
        #expect(fault?.code == .dispenserProtocol)
    }

    @Test func `answers of the wrong kind are a fault before the order and unknown after it`() async throws {
        let fault = try await faultAgainst { _ in [.acknowledged(transaction: 1)] }
        #expect(fault?.code == .dispenserProtocol)
        #expect(try await outcomeAgainst { _ in [.acknowledged(transaction: 1)] } == .unknown)
    }

    @Test func `only a refusal of exactly this request says that a controller keeps no temperatures`() async throws {
        let none = try await temperatureFaultAgainst { [.refused(Refusal(.unsupported, request: $0.type))] }
        #expect(none?.code == .cabinetThermometer)
        let others: [ScriptedController.Answer] = [
            { [.refused(Refusal(.malformed, request: $0.type))] }, { [.refused(Refusal(.version, request: $0.type))] },
            { _ in [.refused(Refusal(.unsupported, request: MessageType.firmware.rawValue))] },
            { _ in [.acknowledged(transaction: 1)] },
        ]
        for answer in others {
            #expect(try await temperatureFaultAgainst(answer)?.code == .dispenserProtocol)
        }
        try await withCabinet(limits: .impatient) { (lab) async throws in
            await lab.cabinet.corruptEachFrame(.temperature)
            let damaged = await fault { try await lab.driver.temperature(from: 0) }
            #expect(damaged?.code == .dispenserProtocol)
        }
    }

    @Test func `a report of two boxes, or of another slot, is unknown`() async throws {
        let two = TransactionReport(transaction: 1, state: .done, slot: 1, count: 1, dropped: 2)
        #expect(try await outcomeAgainst { _ in [.transaction(two)] } == .unknown)
        let other = TransactionReport(transaction: 1, state: .done, slot: 2, count: 1, dropped: 1)
        #expect(try await outcomeAgainst { _ in [.transaction(other)] } == .unknown)
        let none = TransactionReport(transaction: 1, state: .done, slot: 1, count: 1, dropped: 0)
        #expect(try await outcomeAgainst { _ in [.transaction(none)] } == .unknown)
    }

    @Test func `an order that is refused after all is closed by the question and not started`() async throws {
        let outcome = try await outcomeAgainst { frame in
            frame.type == MessageType.dispense.rawValue
                ? [.refused(Refusal(.busy, request: frame.type, transaction: 1))]
                : [.transaction(TransactionReport(transaction: 1, state: .notStarted))]
        }
        #expect(outcome == .notStarted)
    }

    @Test func `another order's outcome is never taken for this one's`() async throws {
        let done = TransactionReport(transaction: 7, state: .done, slot: 1, count: 1, dropped: 1)
        #expect(try await outcomeAgainst { _ in [.transaction(done)] } == .unknown)
    }

    @Test func `a device without a serial function is refused with a descriptor fault`() async throws {
        try await withDevice(EchoDevice()) { driver in
            let fault = await fault { try await driver.highWaterMark() }
            #expect(fault?.code == .usbBadDescriptor)
        }
    }

    private func outcomeAgainst(_ answer: @escaping ScriptedController.Answer) async throws -> DispenseOutcome? {
        let device = ScriptedController { frame in
            switch MessageType(rawValue: frame.type) {
            case .identify:
                let firmware = FirmwareVersion(major: 0, minor: 1, patch: 0)
                return [.identity(Identity(firmware: firmware, slots: 3, highWaterMark: 0, unit: 1))]
            case .status:
                var status = CabinetStatus(slot: 1, condition: .ready)
                status.heldCapacity = 32
                return [.status(status)]
            default: return answer(frame)
            }
        }
        var outcome: DispenseOutcome?
        try await withDevice(device) { outcome = try await $0.dispense(transaction: 1, slot: 1) }
        return outcome
    }

    private func faultAgainst(_ answer: @escaping ScriptedController.Answer) async throws -> Fault? {
        var found: Fault?
        try await withDevice(ScriptedController(answer)) { driver in
            found = await fault { try await driver.dispense(transaction: 1, slot: 1) }
        }
        return found
    }

    private func temperatureFaultAgainst(_ answer: @escaping ScriptedController.Answer) async throws -> Fault? {
        var found: Fault?
        try await withDevice(ScriptedController(answer)) { driver in
            found = await fault { try await driver.temperature(from: 0) }
        }
        return found
    }

    private func withDevice(
        _ device: any SimulatedUSBDevice, _ body: (CabinetDriver) async throws -> Void
    ) async throws {
        let server = USBIPServer()
        let host = USBIPHost(host: "127.0.0.1", port: try await server.start())
        await server.plug(device, at: "1-1")
        let binding = USBRoleBinding(host: host, role: USBRole(name: "dispenser"), allowsSimulated: true)
        let driver = CabinetDriver(binding: binding, limits: .impatient, allowsLaboratoryKey: true)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(driver))
        } catch {
            result = .failure(error)
        }
        await driver.shutdown()
        await host.shutdown()
        await server.stop()
        try result.get()
    }
}
