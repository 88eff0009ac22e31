import KioskModel
import KioskStore

/// Reads visits from the store as people may see them; works without a running agent, for `kioskd inspect`.
public struct VisitReader: Sendable {
    private let store: Store

    public init(store: Store) { self.store = store }

    public func visit(_ id: VisitID) async throws(Fault) -> VisitView {
        guard let visit = try await store.fetch(Visit.self, kind: .visit, id: id) else {
            throw Fault(.apiNotFound, "visit \(id)")
        }
        return try await view(of: visit, prompt: nil)
    }

    /// The newest first.
    public func visits(limit: Int) async throws(Fault) -> [VisitView] {
        var views: [VisitView] = []
        for visit in try await store.values(Visit.self, kind: .visit, limit: limit) {
            views.append(try await view(of: visit, prompt: nil))
        }
        return views
    }

    func view(of visit: Visit, prompt: Prompt?) async throws(Fault) -> VisitView {
        var prescription: Prescription?
        if let id = visit.prescription {
            prescription = try await store.fetch(Prescription.self, kind: .prescription, id: id)
        }
        let transactions = try await store.values(DispenseTransaction.self, kind: .dispense, visit: visit.id)
        let job = try await store.values(PrintJob.self, kind: .print, visit: visit.id).first
        return Self.view(
            of: visit, prescription: prescription, transactions: transactions.sorted { $0.number < $1.number },
            printJob: job, sync: try await store.syncState(of: visit.id), prompt: prompt)
    }

    static func view(
        of visit: Visit, prescription: Prescription?, transactions: [DispenseTransaction], printJob: PrintJob?,
        sync: String, prompt: Prompt?
    ) -> VisitView {
        let rows = transactions.map { order in
            VisitView.DispenseRow(
                transaction: order.number, medicine: prescription?.lines[safe: order.line]?.name ?? "",
                slot: order.slot, state: order.outcome?.rawValue ?? "intended", lot: order.lot, trace: order.trace)
        }
        return VisitView(
            id: visit.id, state: visit.state, mode: visit.mode, patient: visit.patient.maskedName,
            openedAt: visit.openedAt, closedAt: visit.closedAt, prescription: visit.prescription,
            prescriptionNumber: prescription?.number, lines: prescription?.lines ?? [],
            rules: prescription?.rules ?? [], signedBy: prescription?.evidence?.method.rawValue, dispense: rows,
            slip: printJob?.state.name, sync: sync, simulated: visit.simulated.sorted(),
            fault: visit.fault.map(FaultView.init), prompt: prompt.map(PromptView.init))
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
