import DispenserKit

/// A medicine cabinet at the USB wire: a CDC-ACM function (PSTN 1.2 section 5.2.4) behind which the controller's own
/// code runs on simulated motors, boxes, light curtain and door.
///
/// The controller has power of its own: unplugged, it goes on with what it does.
public final class SimulatedDispenser: SimulatedUSBDevice {
    public static let productID: UInt16 = 0x0004

    private let simulation: CabinetSimulation
    private let function: CDCACMFunction

    /// A cabinet with so many boxes in each slot; slots are numbered 0…255.
    ///
    /// The controller's journal is the file `journalPath`, and what really fell is in `journalPath` with `.drops`
    /// added: both are read again by the next simulator. `motorTime` is one full turn, at least 20 ms; `unit` is the
    /// microcontroller's number.
    /// Throws `SystemCallError` where a file can't be used, `SimulatedCabinetError` for a slot out of range.
    public convenience init(
        journalPath: String, slots: [Int: Int], motorTime: Duration = .milliseconds(150), serial: String = "CABINET-1",
        unit: UInt64 = 0x4C41_4200
    ) throws {
        try self.init(
            journalPath: journalPath, slots: slots, motorTime: motorTime, serial: serial, unit: unit,
            hasLaboratoryKey: true)
    }

    /// Without the laboratory's key it answers as a product's controller does; to the bus it is still a laboratory's.
    init(
        journalPath: String, slots: [Int: Int], motorTime: Duration, serial: String = "CABINET-1",
        unit: UInt64 = 0x4C41_4200, hasLaboratoryKey: Bool
    ) throws {
        let function = CDCACMFunction(serial: serial)
        self.function = function
        simulation = try CabinetSimulation(
            journalPath: journalPath, slots: try Self.numbered(slots), turnTime: motorTime.inMilliseconds,
            unit: unit, hasLaboratoryKey: hasLaboratoryKey, function: function)
    }

    /// Throws where a slot is out of range.
    static func numbered(_ slots: [Int: Int]) throws(SimulatedCabinetError) -> [UInt16: Int] {
        var numbered: [UInt16: Int] = [:]
        for (slot, boxes) in slots {
            guard (0...255).contains(slot) else { throw .noSuchSlot(slot) }
            numbered[UInt16(slot)] = max(0, boxes)
        }
        return numbered
    }

    // MARK: The wire

    public var deviceDescriptor: [UInt8] { function.deviceDescriptor }
    public var configurationDescriptor: [UInt8] { function.configurationDescriptor }
    public var strings: [String] { function.strings }

    public func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? {
        function.control(setup, data: data)
    }

    public func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        guard endpoint == CDCACMFunction.bulkOut else { return .stall }
        await simulation.receive(bytes)
        return .done([])
    }

    public func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        await function.send(upTo: length, endpoint: endpoint)
    }

    public func attached() async { function.setListening(false) }
    public func detached() async { function.setListening(false) }
}

// MARK: - The script

extension SimulatedDispenser {
    /// The slot's motor blocks in the middle of its turns.
    public func jam(slot: Int) async throws { try await change(slot) { $0.isJammed = true } }

    /// The next box of the slot hangs: it falls after so many extra quarter turns, by default not at all.
    public func noDrop(slot: Int, quarterTurns: Int = 100) async throws {
        try await change(slot) { $0.hangsFor = max(1, quarterTurns) }
    }

    /// A second box of the slot comes loose in its next turn, and falls so long after the motor has stopped.
    public func looseBox(slot: Int, after delay: Duration) async throws {
        try await change(slot) { $0.looseBox = UInt32(clamping: Int64(delay.inMilliseconds)) }
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

    /// How warm it is between the boxes, in degrees Celsius; nil: the thermometer does not answer.
    public func setTemperature(_ degrees: Double?) async {
        await simulation.setTemperature(degrees.map { Int16(clamping: Int(($0 * 100).rounded())) })
    }
    /// Time passes at once on the controller's clock.
    public func pass(_ time: Duration) async {
        await simulation.pass(UInt32(clamping: Int64(time.inMilliseconds)))
    }

    /// The next frame of that kind goes out with a wrong CRC.
    public func corruptNextFrame(_ kind: SimulatedReplyKind = .any) async { await simulation.corruptNext(kind) }
    /// Every frame of that kind goes out with a wrong CRC, as over a cable that is nearly good; nil ends it.
    public func corruptEachFrame(_ kind: SimulatedReplyKind?) async { await simulation.corruptEach(kind) }
    /// The next frame of that kind is never sent.
    public func loseNextReply(_ kind: SimulatedReplyKind = .any) async { await simulation.loseNext(kind) }
    /// Bytes that belong to no frame, before whatever comes next.
    public func sendNoise(_ bytes: [UInt8]) async { await simulation.sendNoise(bytes) }

    /// The door is as it is left: open or closed.
    public var isDoorOpen: Bool { get async { await simulation.isDoorOpen } }

    /// The controller fails in the middle of the next order.
    public func dieAfterStart(_ death: SimulatedDeath = .powerLossBeforeDrop) async { await simulation.die(death) }
    /// The controller loses power in the middle of a write to its journal, after so many whole ones, when so many of
    /// the record's 32 bytes have arrived; then power is back.
    public func dieInJournalWrite(after writes: Int, bytes: Int) async {
        await simulation.dieInJournalWrite(writes, bytes: bytes)
    }
    /// In the next turn, before its box falls, the motor stands and the controller's clock with it, until `letGo`. The
    /// controller goes on answering.
    public func holdNextTurn() async { await simulation.holdNextTurn() }
    public func letGo() async { await simulation.letGo() }
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
    /// Writes to the journal, since the simulator began.
    public var journalWrites: Int { get async { await simulation.journalWrites() } }
    /// Outcomes that the controller holds for an acknowledgement.
    public var heldOutcomes: Int { get async { await simulation.heldOutcomes() } }
    /// Whether the controller still works, or hangs until it is switched off and on.
    public var isAnswering: Bool { get async { await simulation.isAnswering() } }
    /// Whether a motor turns.
    public var isMoving: Bool { get async { await simulation.isMoving() } }
    /// Whether a motor stands in the middle of its turn, as `holdNextTurn` wanted.
    public var isHeld: Bool { get async { await simulation.isHeld } }
}
