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
}
