import Foundation
import KioskCrypto
import KioskModel
import KioskStore

/// Counters that never go back, whatever happens between.
enum AgentCounter: String, Sendable, CaseIterable {
    case transaction = "dispense-transaction"
    case prescription = "prescription-number"
    case evidence = "signing-evidence"
    case bundle = "bundle-sequence"
}

extension Agent {
    func commit(_ change: AgentChange) async throws(Fault) {
        try await store.commit(try change.stored(), reserve: parts.disk)
    }

    /// Commits a step with its answer, and gives the answer.
    func answer(
        _ view: some Encodable & Sendable, _ change: AgentChange, _ token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        guard let body = try? CanonicalJSON.encode(view) else {
            throw Fault(.internalError, "the answer can't be encoded")
        }
        let reply = StoredReply(status: 200, body: body)
        var whole = change
        whole.reply = (token, reply)
        try await commit(whole)
        return reply
    }

    func requireVisit(_ id: VisitID) async throws(Fault) -> Visit {
        guard let visit = try await store.fetch(Visit.self, kind: .visit, id: id) else {
            throw Fault(.apiNotFound, "visit \(id)")
        }
        return visit
    }

    func requirePrescription(_ id: PrescriptionID) async throws(Fault) -> Prescription {
        guard let prescription = try await store.fetch(Prescription.self, kind: .prescription, id: id) else {
            throw Fault(.storeDamaged, "prescription \(id) is missing")
        }
        return prescription
    }

    /// The one visit that has not ended.
    func openVisit() async throws(Fault) -> Visit? {
        let open = Set(VisitState.allCases.filter { !$0.isEnded }.map(\.rawValue))
        return try await store.values(Visit.self, kind: .visit, states: open, limit: 1).first
    }

    func recentVisits(limit: Int) async throws(Fault) -> [Visit] {
        try await store.values(Visit.self, kind: .visit, limit: limit)
    }

    func transactions(of visit: VisitID) async throws(Fault) -> [DispenseTransaction] {
        try await store.values(DispenseTransaction.self, kind: .dispense, visit: visit).sorted { $0.number < $1.number }
    }

    func printJob(of visit: VisitID) async throws(Fault) -> PrintJob? {
        try await store.values(PrintJob.self, kind: .print, visit: visit).first
    }

    func faceLadder(_ doctor: DoctorID) async throws(Fault) -> FaceLadder {
        try await store.fetch(FaceLadder.self, kind: .agentState, id: "face-ladder/\(doctor)") ?? FaceLadder()
    }

    func nextCounter(_ counter: AgentCounter, above floor: UInt64 = 0) async throws(Fault) -> UInt64 {
        try await store.nextCounter(counter.rawValue, atLeast: floor + 1, reserve: parts.disk)
    }
}

extension AgentChange {
    static func with(_ build: (inout AgentChange) -> Void) -> AgentChange {
        var change = AgentChange()
        build(&change)
        return change
    }

    fileprivate func stored() throws(Fault) -> StoreChange {
        var change = StoreChange()
        if let visit {
            try change.put(visit, kind: .visit, id: visit.id, visit: visit.id, state: visit.state.rawValue)
        }
        if let prescription {
            try change.put(
                prescription, kind: .prescription, id: prescription.id, visit: prescription.visit,
                state: prescription.jws == nil ? "draft" : "signed")
        }
        if let transaction {
            try change.put(
                transaction, kind: .dispense, id: String(transaction.number), visit: transaction.visit,
                state: transaction.outcome?.rawValue ?? "intended")
        }
        if let printJob {
            try change.put(printJob, kind: .print, id: printJob.id, visit: printJob.visit, state: printJob.state.name)
        }
        if let evidence {
            try change.put(
                evidence.record, kind: .evidence, id: evidence.id, visit: evidence.record.visit,
                state: evidence.record.outcome)
        }
        if let session {
            try change.put(
                session.record, kind: .session, id: session.id, state: session.record.until == nil ? "on" : "off")
        }
        try putFaces(in: &change)
        if let ladder {
            try change.put(
                ladder.record, kind: .agentState, id: "face-ladder/\(ladder.doctor)",
                state: String(ladder.record.refusals))
        }
        for item in stock { try item.put(into: &change) }
        if let bundle {
            change.send(OutboxItem(id: bundle.id, kind: "consultation", visit: bundle.visit, body: bundle.bytes))
        }
        for notice in notices { change.send(notice) }
        if let reply { change.reply(reply.reply, to: reply.token) }
        return change
    }
}

extension Store {
    /// The values of a list. Throws where a row of it is damaged: a step must not go on as if it were not there.
    func values<Value: Decodable & Sendable>(
        _ type: Value.Type, kind: RecordKind, visit: VisitID? = nil, states: Set<String>? = nil, limit: Int = 1000
    ) async throws(Fault) -> [Value] {
        let page = try await list(type, kind: kind, visit: visit, states: states, limit: limit)
        if let damaged = page.damaged.first { throw damaged }
        return page.records.map(\.value)
    }
}
