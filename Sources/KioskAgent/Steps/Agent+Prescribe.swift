import KioskModel
import Prescribing

extension Agent {
    public func prescribe(
        _ id: VisitID, _ draft: PrescriptionDraft, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.holding(id) { () async throws(Fault) in try await self.write(draft, for: id, token: token) }
        }
    }

    private func write(
        _ draft: PrescriptionDraft, for id: VisitID, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        if configuration.isProduction, parts.formulary.demonstration {
            throw Fault(.configProductionRefusesLab, "the formulary is for demonstration")
        }
        await retakeRegistry()
        let session = try await requireSession()
        var visit = try await requireVisit(id)
        switch visit.state {
        case .opened, .prescribed: break
        case .signed, .dispensing, .dispensed, .printing: throw Fault(.rxAlreadySigned)
        case .closed, .aborted, .needsPerson: throw Fault(.visitWrongState, "the visit is \(visit.state.rawValue)")
        }
        let doctor = try doctorInForce(session, mode: visit.mode)
        try draft.checkForm(against: parts.formulary)
        let results = try checkRules(draft, mode: visit.mode, doctor: doctor)
        try await checkStock(draft)

        let prescription = try await makePrescription(
            draft, visit: &visit, doctor: doctor, custody: session.custody, rules: results)
        visit.state = .prescribed
        visit.fault = nil
        var change = AgentChange(visit: visit)
        change.prescription = prescription
        let reply = try await answer(
            try await view(of: visit, prescription: prescription, transactions: [], printJob: nil), change, token)
        hub.emit("step", visit: id, state: "prescription")
        hub.emit("visit", visit: id, state: visit.state.rawValue)
        say(nextPrompt(for: visit), visit: id)
        // The signature comes next: by then the camera shall have settled.
        Task { [face = parts.face] in await face.warm() }
        return reply
    }

    /// Every rule's result. Throws `rxRuleBlocked` where one of them blocks.
    @discardableResult
    func checkRules(
        _ draft: PrescriptionDraft, mode: ServiceMode, doctor: DoctorRecord
    ) throws(Fault) -> [RuleResult] {
        let results = PrescriptionRules.check(
            draft, in: RuleContext(mode: mode, doctor: doctor, formulary: parts.formulary))
        if let blocked = results.first(where: { $0.verdict == .block }) {
            throw Fault(.rxRuleBlocked, "\(blocked.rule): \(blocked.en)")
        }
        return results
    }

    private func makePrescription(
        _ draft: PrescriptionDraft, visit: inout Visit, doctor: DoctorRecord, custody: KeyCustody, rules: [RuleResult]
    ) async throws(Fault) -> Prescription {
        let now = clock.stamp()
        let serial = try await nextCounter(.prescription)
        let id = UUIDv7.make(unixMilliseconds: UInt64(max(0, now.wall)))
        let number = "\(configuration.kiosk)-\(KioskDay.digits(now))-\(serial)"
        if custody == .softwareLab { visit.simulated.insert("doctor-key") }
        visit.prescription = id
        let payload = PrescriptionPayload(
            id: id, number: number, visit: visit, kiosk: configuration.kiosk, site: configuration.site,
            doctor: doctor, draft: draft, issuedAt: now)
        guard let bytes = try? payload.bytes() else { throw Fault(.internalError, "the payload can't be encoded") }
        return Prescription(
            id: id, visit: visit.id, number: number, doctor: doctor.id, diagnosis: draft.diagnosis,
            lines: draft.lines, issuedAt: now, rules: rules, payload: bytes)
    }

    /// Throws `rxMedicineUnknown` where the cabinet has too few boxes of a line.
    private func checkStock(_ draft: PrescriptionDraft) async throws(Fault) {
        let inventory = try await inventory()
        for (index, line) in draft.lines.enumerated() {
            let left = inventory.left(line.medicine, for: configuration.mode.slotUse)
            guard left >= line.boxes else {
                throw Fault(.rxMedicineUnknown, "lines[\(index)]: \(left) boxes left, \(line.boxes) asked for")
            }
        }
    }
}
