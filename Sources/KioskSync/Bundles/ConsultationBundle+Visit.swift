import FHIRModel
import KioskModel
import KioskPlatform

extension ConsultationBundle {
    /// The patient as this visit's card said it; the platform matches by the identifiers.
    static func patient(_ content: ConsultationContent) -> FHIR.Patient {
        let identity = content.visit.patient
        var patient = FHIR.Patient()
        patient.id = DerivedID.make(content.visit.id, "Patient")
        let identifiers = [(Systems.citizen, identity.number), (Systems.socialSecurityCard, identity.cardNumber)]
            .filter { !$0.1.isEmpty }
            .map { FHIR.Identifier(system: $0.0, value: $0.1) }
        patient.identifier = identifiers.isEmpty ? nil : identifiers
        patient.name = identity.name.orNil.map { [FHIR.Patient.HumanName(text: $0)] }
        patient.gender = identity.sex.rawValue
        patient.birthDate = identity.birthDate
        return patient
    }

    static func encounter(_ content: ConsultationContent, _ context: BundleContext) -> FHIR.Encounter {
        let visit = content.visit
        var encounter = FHIR.Encounter(status: status(content), class: encounterClass(visit.mode))
        encounter.id = visit.id
        encounter.type = [
            FHIR.CodeableConcept(coding: [FHIR.Coding(system: Systems.mode, code: visit.mode.rawValue)])
        ]
        encounter.subject = context.patient
        encounter.participant = context.doctor.map { [FHIR.Encounter.Participant(individual: $0)] }
        encounter.period = FHIR.Period(start: visit.openedAt.iso8601, end: visit.closedAt?.iso8601)
        encounter.reasonCode = content.prescription.map { [concept($0.diagnosis)] }
        encounter.serviceProvider = content.kiosk.site.orNil.map {
            FHIR.Reference(type: "Organization", identifier: FHIR.Identifier(system: Systems.site, value: $0))
        }
        return encounter
    }

    static func concept(_ coded: CodedText) -> FHIR.CodeableConcept {
        FHIR.CodeableConcept(
            coding: [
                FHIR.Coding(
                    system: coded.system.orNil, code: coded.code.orNil, display: coded.display.orNil)
            ],
            text: coded.display.orNil)
    }

    /// Whether and how the slip was printed.
    static func printEvent(
        _ slip: PrintJob, _ content: ConsultationContent, _ context: BundleContext
    ) -> FHIR.AuditEvent {
        var event = FHIR.AuditEvent(
            type: FHIR.Coding(system: Systems.audit, code: "print", display: "Print"),
            recorded: (slip.endedAt ?? slip.queuedAt).iso8601,
            agent: [FHIR.AuditEvent.Agent(who: context.kiosk, requestor: true)],
            source: FHIR.AuditEvent.Source(observer: context.kiosk, site: content.kiosk.site.orNil))
        event.id = DerivedID.make(content.visit.id, "AuditEvent/print", slip.id)
        event.subtype = [FHIR.Coding(system: Systems.audit, code: "slip-print")]
        event.action = "E"
        event.outcome = outcome(slip.state)
        var details = [
            FHIR.AuditEvent.Detail("document-number", string: slip.documentNumber),
            FHIR.AuditEvent.Detail("state", string: slip.state.name),
            FHIR.AuditEvent.Detail("reprint", string: String(slip.reprint)),
        ]
        if let fault = slip.state.fault { details.append(.init("fault", string: fault.code.rawValue)) }
        if let person = slip.resolvedBy?.orNil { details.append(.init("resolved-by", string: person)) }
        event.entity = [FHIR.AuditEvent.Entity(what: context.encounter, detail: details)]
        return event
    }

    /// `cancelled` is R4's word for a visit that ended before it began: one with a signed prescription has begun.
    private static func status(_ content: ConsultationContent) -> FHIR.Encounter.Status {
        switch content.visit.state {
        case .closed: .finished
        case .aborted: content.prescription?.jws == nil ? .cancelled : .finished
        case .opened, .prescribed, .signed, .dispensing, .dispensed, .printing, .needsPerson: .inProgress
        }
    }

    private static func encounterClass(_ mode: ServiceMode) -> FHIR.Coding {
        switch mode {
        case .internetFollowUp: FHIR.Coding(system: Systems.encounterClass, code: "VR", display: "virtual")
        case .clinicOnsite, .retailVending:
            FHIR.Coding(system: Systems.encounterClass, code: "AMB", display: "ambulatory")
        }
    }

    private static func outcome(_ state: PrintState) -> FHIR.AuditEvent.Outcome {
        switch state {
        case .confirmed: .success
        // Not known to have come out: R4 has no word for that between the two.
        case .queued, .sending, .failedClean, .unconfirmed: .minorFailure
        case .unknown: .seriousFailure
        }
    }
}

extension PrintState {
    fileprivate var fault: Fault? {
        switch self {
        case .failedClean(let fault), .unknown(let fault): fault
        case .unconfirmed: Fault(.printerUnconfirmed, device: "printer")
        case .queued, .sending, .confirmed: nil
        }
    }
}
