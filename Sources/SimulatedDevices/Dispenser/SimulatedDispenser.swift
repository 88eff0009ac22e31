import DispenserKit
import Synchronization
import USBTransport

/// A medicine cabinet at the USB wire: a CDC-ACM function (PSTN 1.2 section 5.2.4) behind which the controller's own
/// code runs on simulated motors, boxes, light curtain and door.
///
/// The controller has power of its own: unplugged, it goes on with what it does.
public final class SimulatedDispenser: SimulatedUSBDevice {
    public static let productID: UInt16 = 0x0004
    private static let bulkOut: UInt8 = 0x01
    private static let bulkIn: UInt8 = 0x81
    private static let notifications: UInt8 = 0x82

    public let deviceDescriptor: [UInt8]
    public let configurationDescriptor: [UInt8]
    public let strings: [String]

    private let simulation: CabinetSimulation
    private let output = SimulatedEndpointQueue()
    private let notices = SimulatedEndpointQueue()
    /// 115200 baud, 1 stop bit, no parity, 8 bits.
    private let lineCoding = Mutex<[UInt8]>([0x00, 0xC2, 0x01, 0x00, 0, 0, 8])

    /// A cabinet with so many boxes in each slot; slots are numbered 0…255.
    ///
    /// The controller's journal is the file `journalPath`, and what really fell is in `journalPath` with `.drops`
    /// added: both are read again by the next simulator. `motorTime` is one full turn, at least 20 ms.
    /// Throws `SystemCallError` where a file can't be used, `SimulatedCabinetError` for a slot out of range.
    public init(
        journalPath: String, slots: [Int: Int], motorTime: Duration = .milliseconds(150), serial: String = "CABINET-1"
    ) throws {
        var numbered: [UInt16: Int] = [:]
        for (slot, boxes) in slots {
            guard (0...255).contains(slot) else { throw SimulatedCabinetError.noSuchSlot(slot) }
            numbered[UInt16(slot)] = max(0, boxes)
        }
        let (seconds, attoseconds) = motorTime.components
        simulation = try CabinetSimulation(
            journalPath: journalPath, slots: numbered,
            turnTime: Double(seconds) * 1000 + Double(attoseconds) / 1e15, unit: 0x4C41_4200, output: output)
        let builder = Self.descriptors(serial: serial)
        deviceDescriptor = builder.deviceDescriptor
        configurationDescriptor = builder.configurationDescriptor
        strings = builder.strings
    }

    private static func descriptors(serial: String) -> USBDescriptorBuilder {
        var builder = USBDescriptorBuilder(productID: productID, product: "Medicine cabinet", serial: serial)
        builder.deviceClass = USBInterfaceClass(interfaceClass: 0x02, subclass: 0, interfaceProtocol: 0)
        // CDC 1.2 section 5.2.3: header, call management, abstract control (line coding), union of both interfaces.
        let functional: [[UInt8]] = [
            [5, 0x24, 0x00, 0x10, 0x01], [5, 0x24, 0x01, 0x00, 1], [4, 0x24, 0x02, 0x02], [5, 0x24, 0x06, 0, 1],
        ]
        builder.addInterface(
            number: 0, kind: USBInterfaceClass(interfaceClass: 0x02, subclass: 0x02, interfaceProtocol: 0x01),
            classDescriptors: functional, endpoints: [.interrupt(notifications, maxPacketSize: 16)])
        builder.addInterface(
            number: 1, kind: USBInterfaceClass(interfaceClass: 0x0A, subclass: 0, interfaceProtocol: 0),
            endpoints: [.bulk(bulkOut), .bulk(bulkIn)])
        return builder
    }

    // MARK: The wire

    public func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? {
        switch (setup.requestType, setup.request) {
        case (0x21, 0x20):
            guard data.count == 7 else { return nil }
            lineCoding.withLock { $0 = data }
        case (0xA1, 0x21): return lineCoding.withLock { Array($0.prefix(Int(setup.length))) }
        case (0x21, 0x22): await simulation.setListening(setup.value & 1 != 0)
        default: return nil
        }
        return []
    }

    public func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        guard endpoint == Self.bulkOut else { return .stall }
        await simulation.receive(bytes)
        return .done([])
    }

    public func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        switch endpoint {
        case Self.bulkIn: await output.next(upTo: length)
        case Self.notifications: await notices.next(upTo: length)
        default: .stall
        }
    }

    public func attached() async { await simulation.setListening(false) }
    public func detached() async { await simulation.setListening(false) }
}

// MARK: - The script

extension SimulatedDispenser {
    /// The slot's motor blocks in the middle of its turns.
    public func jam(slot: Int) async throws { try await change(slot) { $0.isJammed = true } }

    /// The next box of the slot hangs: it falls after so many extra quarter turns, by default not at all.
    public func noDrop(slot: Int, quarterTurns: Int = 100) async throws {
        try await change(slot) { $0.hangsFor = max(1, quarterTurns) }
    }

    /// A technician clears the slot and turns its motor home; the controller is told by switching it off and on.
    public func repair(slot: Int) async throws {
        try await change(slot) { $0 = CabinetPlant.Slot(boxes: $0.boxes) }
        await simulation.reboot()
    }

    /// Puts boxes into a slot.
    public func refill(slot: Int, boxes: Int) async throws { try await change(slot) { $0.boxes += max(0, boxes) } }

    public func openDoor() async { await simulation.setDoor(open: true) }
    public func closeDoor() async { await simulation.setDoor(open: false) }
    /// Whether the light curtain sees nothing any more; the controller notices.
    public func setSensor(blind: Bool) async { await simulation.setSensor(blind: blind) }

    /// The next frame of that kind goes out with a wrong CRC.
    public func corruptNextFrame(_ kind: SimulatedReplyKind = .any) async { await simulation.corruptNext(kind) }
    /// The next frame of that kind is never sent.
    public func loseNextReply(_ kind: SimulatedReplyKind = .any) async { await simulation.loseNext(kind) }
    /// Bytes that belong to no frame, before whatever comes next.
    public func sendNoise(_ bytes: [UInt8]) async { await simulation.sendNoise(bytes) }

    /// The controller fails in the middle of the next order.
    public func dieAfterStart(_ death: SimulatedDeath = .powerLossBeforeDrop) async { await simulation.die(death) }
    /// The controller stops answering.
    public func hang() async { await simulation.hang() }
    /// The controller is switched off and on.
    public func reboot() async { await simulation.reboot() }

    private func change(
        _ slot: Int, _ body: @escaping @Sendable (inout CabinetPlant.Slot) -> Void
    ) async throws(SimulatedCabinetError) {
        guard let number = UInt16(exactly: slot) else { throw .noSuchSlot(slot) }
        try await simulation.change(number, body)
    }
}

// MARK: - What really happened

extension SimulatedDispenser {
    /// Boxes that fell since the ledger's file began, whatever anybody believes.
    public var droppedBoxes: Int { get async { await simulation.droppedBoxes() } }
    /// Boxes that fell while the controller worked on this order.
    public func droppedBoxes(transaction: UInt32) async -> Int {
        await simulation.droppedBoxes(transaction: transaction)
    }
    /// Boxes left in a slot, or nil where there is no such slot.
    public func boxes(slot: Int) async -> Int? {
        guard let number = UInt16(exactly: slot) else { return nil }
        return await simulation.boxes(in: number)
    }
    /// Outcomes that the controller holds for an acknowledgement.
    public var heldOutcomes: Int { get async { await simulation.heldOutcomes() } }
    /// Whether a motor turns.
    public var isMoving: Bool { get async { await simulation.isMoving() } }
}
