import KioskModel

extension ScriptedService {
    static let stockView = StockView(
        day: "2026-11-22",
        slots: [
            SlotView(
                CabinetSlot(
                    slot: 12, medicine: "M002", uses: [.pickUp], par: 2,
                    boxes: [
                        StoredBox(
                            trace: "81000021000012000001", lot: "L1", expiry: "2027-12-31", loadedAt: stamp,
                            loadedBy: "T-7")
                    ]), name: "阿莫西林胶囊", block: nil, usable: 1)
        ], recalls: [])

    func stock() throws(Fault) -> StockView { Self.stockView }

    func temperature() throws(Fault) -> TemperatureView {
        TemperatureView(readings: [TemperatureReading(at: 1_795_341_600_000, degrees: 21.5)], kept: 1)
    }

    func refill(_ order: RefillOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("refill \(order.slot) \(order.traces.joined(separator: " "))", token, Self.stockView)
    }

    func recall(_ order: RecallOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("recall \(order.lot) \(order.lifted)", token, Self.stockView)
    }

    func lockSlot(_ order: SlotLockOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("lock \(order.slot) \(order.locked)", token, Self.stockView)
    }

    static let firmware = CabinetFirmware(
        version: "0.4.0", board: "mps2-an386", onTrial: false, laboratoryKey: true, abandoned: nil, standby: "0.3.0")

    func cabinetFirmware() throws(Fault) -> CabinetFirmware { Self.firmware }

    func homeSlot(_ order: HomeOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act(
            "home \(order.slot) \(order.by)", token,
            HomingView(slot: order.slot, outcome: .done, fallen: 0, locked: false))
    }

    func openDoor(_ order: DoorOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("open \(order.by)", token, DoorView(open: true))
    }

    func updateFirmware(_ order: FirmwareOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("firmware \(order.image.count)", token, Self.firmware)
    }
}
