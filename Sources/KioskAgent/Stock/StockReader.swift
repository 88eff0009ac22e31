import KioskModel
import KioskPlatform
import KioskStore
import Prescribing

/// Reads the stock from the store; works without a running agent, for `kioskd inspect`.
public struct StockReader: Sendable {
    private let store: Store
    private let formulary: Formulary
    private let mode: ServiceMode

    public init(store: Store, formulary: Formulary, mode: ServiceMode) {
        self.store = store
        self.formulary = formulary
        self.mode = mode
    }

    /// By the latest time that is known, the trusted-time floor's or the wall clock's: setting the clock back makes no
    /// expired box good again.
    public func view(by clock: any KioskClock) async throws(Fault) -> StockView {
        try await inventory(by: clock).view(for: mode.slotUse)
    }

    func inventory(by clock: any KioskClock) async throws(Fault) -> Inventory {
        let page = try await store.list(CabinetSlot.self, kind: .cabinetSlot, limit: 10_000)
        if let damaged = page.damaged.first { throw damaged }
        return Inventory(
            slots: page.records.map { .init(slot: $0.value, revision: $0.revision) },
            recalls: try await store.values(LotRecall.self, kind: .recall, limit: 10_000), formulary: formulary,
            day: KioskDay.date(wall: clock.latest))
    }
}
