import FHIRModel
import Foundation
import KioskModel
import KioskPlatform

extension ConsultationBundle {
    static func requestID(_ visit: VisitID, _ line: Int) -> String {
        DerivedID.make(visit, "MedicationRequest", line)
    }

    /// One request for each line, grouped by the prescription's number.
    static func requests(
        _ prescription: Prescription, _ content: ConsultationContent, _ context: BundleContext
    ) -> [FHIR.Resource] {
        prescription.lines.enumerated().map { index, line in
            var request = FHIR.MedicationRequest(
                status: status(of: index, line, content), intent: "order", medication: medicine(line),
                subject: context.patient)
            request.id = requestID(content.visit.id, index)
            request.encounter = context.encounter
            request.authoredOn = prescription.issuedAt.iso8601
            request.requester = context.doctor
            request.reasonCode = [concept(prescription.diagnosis)]
            request.groupIdentifier = FHIR.Identifier(system: Systems.prescription, value: prescription.number)
            request.dosageInstruction = [dosage(line)]
            request.dispenseRequest = FHIR.MedicationRequest.DispenseRequest(
                validityPeriod: validity(from: prescription.issuedAt), quantity: boxes(line.boxes),
                expectedSupplyDuration: FHIR.Quantity(
                    value: Decimal(line.days), unit: "d", system: FHIR.Quantity.ucum, code: "d"))
            return .medicationRequest(request)
        }
    }

    /// One dispense for each box, whatever became of it.
    static func dispenses(
        _ prescription: Prescription, _ content: ConsultationContent, _ context: BundleContext
    ) -> [FHIR.Resource] {
        content.dispenses.map { transaction in
            var box = FHIR.Medication(id: "box")
            box.code = medicine(prescription.lines[transaction.line])
            box.identifier = transaction.trace.map { [FHIR.Identifier(system: Systems.trace, value: $0)] }
            box.batch = transaction.lot.orNil.map {
                FHIR.Medication.Batch(lotNumber: $0, expirationDate: transaction.expiry)
            }

            var dispense = FHIR.MedicationDispense(status: status(transaction), medication: FHIR.Reference("#box"))
            dispense.id = DerivedID.make(content.visit.id, "MedicationDispense", transaction.number)
            dispense.contained = [.medication(box)]
            dispense.extension = [FHIR.Extension(url: Systems.slotExtension, integer: transaction.slot)]
            if transaction.trace != nil {
                // Honest about what the code proves: it was read when the box was loaded.
                dispense.extension?.append(FHIR.Extension(url: Systems.traceReadExtension, code: "refill"))
            }
            dispense.identifier = [
                FHIR.Identifier(
                    system: Systems.transaction, value: "\(content.kiosk.id)/\(transaction.number)")
            ]
            if transaction.outcome != .done {
                let code = transaction.outcome?.rawValue ?? "intended"
                dispense.statusReasonCodeableConcept = FHIR.CodeableConcept(
                    coding: [FHIR.Coding(system: Systems.outcome, code: code)])
            }
            dispense.subject = context.patient
            dispense.context = context.encounter
            dispense.performer = [FHIR.MedicationDispense.Performer(actor: context.kiosk)]
            dispense.authorizingPrescription = [
                BundleContext.to(requestID(content.visit.id, transaction.line))
            ]
            dispense.quantity = boxes(1)
            dispense.whenPrepared = transaction.intendedAt.iso8601
            if transaction.outcome == .done { dispense.whenHandedOver = transaction.endedAt?.iso8601 }
            return .medicationDispense(dispense)
        }
    }

    private static func medicine(_ line: PrescriptionLine) -> FHIR.CodeableConcept {
        FHIR.CodeableConcept(
            coding: [FHIR.Coding(system: Systems.formulary, code: line.medicine, display: line.name.orNil)],
            text: "\(line.name) \(line.strength)")
    }

    private static func dosage(_ line: PrescriptionLine) -> FHIR.Dosage {
        var dosage = FHIR.Dosage(text: "\(line.route) \(line.dose) \(line.frequency)")
        dosage.timing = line.frequency.orNil.map { .init(code: FHIR.CodeableConcept(text: $0)) }
        dosage.route = line.route.orNil.map { FHIR.CodeableConcept(text: $0) }
        dosage.doseAndRate = dose(line.dose).map { [.init(doseQuantity: $0)] }
        return dosage
    }

    /// `0.5 g` as a quantity; nil for any other wording, which then stands in the text alone.
    private static func dose(_ text: String) -> FHIR.Quantity? {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let value = Decimal(string: String(parts[0]), locale: Locale(identifier: "en_US_POSIX"))
        else { return nil }
        return FHIR.Quantity(value: value, unit: String(parts[1]))
    }

    private static func boxes(_ count: Int) -> FHIR.Quantity { FHIR.Quantity(value: Decimal(count), unit: "盒") }

    /// A prescription is valid on the day of issue (处方管理办法 article 18); the day is China's (UTC+8).
    private static func validity(from issued: Stamp) -> FHIR.Period {
        let day: Int64 = 86_400_000
        let offset: Int64 = 8 * 3_600_000
        let local = issued.wall + offset
        let end = (local - local % day) + day - 1 - offset
        let last = Stamp(boot: issued.boot, monotonic: issued.monotonic, wall: end, quality: issued.quality)
        return FHIR.Period(start: issued.iso8601, end: last.iso8601)
    }

    /// A line is completed when as many boxes as ordered are known to have fallen.
    private static func status(
        of index: Int, _ line: PrescriptionLine, _ content: ConsultationContent
    ) -> FHIR.MedicationRequest.Status {
        let fallen = content.dispenses.filter { $0.line == index && $0.outcome == .done }.count
        if fallen >= line.boxes { return .completed }
        return content.visit.state.isEnded ? .stopped : .active
    }

    private static func status(_ transaction: DispenseTransaction) -> FHIR.MedicationDispense.Status {
        switch transaction.outcome {
        case nil: .inProgress
        case .done: .completed
        case .noDrop, .jam, .door: .stopped
        case .notStarted: .cancelled
        case .unverified, .interrupted, .unknown: .unknown
        }
    }
}
