import KioskModel
import KioskSync
import Prescribing

extension Agent {
    public func abort(_ id: VisitID, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.holding(id) { () async throws(Fault) in try await self.abort(id, answering: token) }
        }
    }

    private func abort(_ id: VisitID, answering token: IdempotencyToken) async throws(Fault) -> StoredReply {
        var visit = try await requireVisit(id)
        guard !visit.state.isEnded else { throw Fault(.visitWrongState, "the visit has ended") }
        var transactions = try await transactions(of: id)
        do throws(Fault) {
            try await askOpenQuestions(&visit, &transactions)
        } catch {
            guard !stopping else { throw error }
            // What can't be known goes into the record as unknown; it does not keep the patient here.
            logger.notice("visit \(id) aborted with an open dispense: \(error), ignoring")
            try await storeUnknown(&visit, &transactions)
        }
        return try await close(&visit, printJob: try await printJob(of: id), as: .aborted, answering: token)
    }

    /// An ended visit has no order under way: one whose outcome nobody told is unknown, and not asked about again.
    private func storeUnknown(
        _ visit: inout Visit, _ transactions: inout [DispenseTransaction]
    ) async throws(Fault) {
        for index in transactions.indices where transactions[index].outcome == nil {
            try await settle(&transactions[index], as: .unknown, &visit)
        }
    }

    /// Ends a visit: its last state, its bundle in the outbox and the answer are one transaction.
    func close(
        _ visit: inout Visit, printJob: PrintJob?, as state: VisitState, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        visit.state = state
        visit.closedAt = clock.stamp()
        if state == .closed { visit.fault = nil }
        let prescription: Prescription? =
            if let id = visit.prescription { try await requirePrescription(id) } else { nil }
        let transactions = try await transactions(of: visit.id)
        let bundle = try await bundle(of: visit, prescription, transactions, printJob)
        var change = AgentChange(visit: visit)
        change.printJob = printJob
        change.bundle = (bundle.id, visit.id, bundle.bytes)
        let view = try await view(
            of: visit, prescription: prescription, transactions: transactions, printJob: printJob, sync: "pending")
        let reply = try await answer(view, change, token)
        pinWay = nil
        logger.info("visit \(visit.id) \(state.rawValue)")
        hub.emit("visit", visit: visit.id, state: state.rawValue)
        say(state == .closed ? .takeSlip : .takeCard, visit: visit.id)
        bidFarewell()
        return reply
    }

    /// The visit as the platform gets it.
    private func bundle(
        of visit: Visit, _ prescription: Prescription?, _ transactions: [DispenseTransaction], _ printJob: PrintJob?
    ) async throws(Fault) -> RenderedBundle {
        let kiosk = ConsultationContent.Kiosk(
            id: configuration.kiosk, name: configuration.kioskName, site: configuration.site)
        var content = ConsultationContent(
            kiosk: kiosk, visit: visit, sequence: try await nextCounter(.bundle), at: clock.stamp())
        content.doctor = prescription.flatMap(doctor(of:))
        content.prescription = prescription
        content.dispenses = transactions
        content.slip = printJob
        return try ConsultationBundle.make(content)
    }

    /// A visit that has ended, once more, with what became of one of its boxes: over the same resources, so that the
    /// platform's *unknown* is put right.
    func correction(of visit: Visit, _ told: DispenseTransaction) async throws(Fault) -> AgentChange.Bundle {
        let prescription: Prescription? =
            if let id = visit.prescription { try await requirePrescription(id) } else { nil }
        let transactions = try await transactions(of: visit.id).map { $0.number == told.number ? told : $0 }
        let bundle = try await bundle(of: visit, prescription, transactions, try await printJob(of: visit.id))
        return (bundle.id, visit.id, bundle.bytes)
    }

    /// The doctor by the registry; where it has ended or no longer lists them, by what they signed: a visit that was
    /// signed can always be closed.
    private func doctor(of prescription: Prescription) -> ConsultationContent.Doctor? {
        if let doctor = (try? registry.get())?.doctor(prescription.doctor) {
            return ConsultationContent.Doctor(id: doctor.id, name: doctor.name, licence: doctor.licence)
        }
        guard let signed = try? PrescriptionPayload(bytes: prescription.payload) else { return nil }
        return ConsultationContent.Doctor(id: signed.doctor, name: signed.doctor, licence: signed.licence)
    }

    /// The platform took a visit's bundle, or what the kiosk tells of itself.
    public func acknowledged(visit: VisitID?) {
        if visit != nil { hub.emit("step", visit: visit, state: "sync") }
        hub.emit("sync", visit: visit, state: "acknowledged")
    }

    /// Sending met a trouble; the record stays here.
    public func syncFailed(_ fault: Fault, visit: VisitID?) { hub.emit("fault", visit: visit, fault: fault) }
}
