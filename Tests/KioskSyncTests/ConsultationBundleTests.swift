import FHIRModel
import Foundation
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskSync
import KioskTestSupport
import Testing

struct ConsultationBundleTests {
    private let samples = Samples()

    private func rendered(_ content: ConsultationContent) throws -> (FHIR.Bundle, [FHIR.Resource]) {
        guard case .bundle(let bundle) = try FHIR.decode(ConsultationBundle.make(content).bytes) else {
            throw Fault(.internalError, "not a bundle")
        }
        return (bundle, (bundle.entry ?? []).compactMap(\.resource))
    }

    private func types(_ resources: [FHIR.Resource]) -> [String: Int] {
        resources.reduce(into: [:]) { $0[$1.type, default: 0] += 1 }
    }

    @Test func `one consultation is one transaction with all its parts`() throws {
        let content = try samples.consultation()
        let (bundle, resources) = try rendered(content)
        #expect(bundle.type == .transaction)
        #expect(bundle.identifier?.value == "K001/1")
        #expect(
            types(resources) == [
                "Patient": 1, "Encounter": 1, "MedicationRequest": 2, "MedicationDispense": 2, "DetectedIssue": 2,
                "AuditEvent": 2, "Binary": 1, "Provenance": 1,
            ])
        let ids = resources.compactMap(\.id)
        #expect(Set(ids).count == resources.count)
        // Version 7 of the visit's own millisecond.
        for id in ids {
            #expect(UUIDv7.isUUID(id))
            #expect(id.prefix(15) == content.visit.id.prefix(15))
        }
        #expect(ids.contains(content.visit.id))
    }

    @Test func `rendering again gives the same bytes, and a later bundle the same resources`() throws {
        var content = try samples.consultation()
        let first = try ConsultationBundle.make(content)
        #expect(try ConsultationBundle.make(content) == first)
        let ids = Set(try rendered(content).1.compactMap(\.id))
        let visit = content.visit
        var later = ConsultationContent(kiosk: content.kiosk, visit: visit, sequence: 2, at: samples.clock.stamp())
        later.doctor = content.doctor
        later.prescription = content.prescription
        content.dispenses[1].state = .ended(.jam)
        later.dispenses = content.dispenses
        later.slip = content.slip
        #expect(Set(try rendered(later).1.compactMap(\.id)) == ids)
        #expect(try ConsultationBundle.make(later).id != first.id)
    }

    @Test func `the signed bytes are in it as they are, and the evidence whose hash they carry`() throws {
        let content = try samples.consultation()
        let resources = try rendered(content).1
        let jws = Data(try #require(content.prescription?.jws)).base64EncodedString()
        let evidence = Data(try #require(content.prescription?.evidenceBytes))
        for resource in resources {
            switch resource {
            case .binary(let binary): #expect(binary.data == jws)
            case .provenance(let provenance):
                #expect(provenance.signature?.map(\.data) == [jws])
                #expect(provenance.signature?.first?.sigFormat == "application/jose")
                #expect(provenance.target.count == 2)
            case .auditEvent(let event) where event.subtype?.first?.code == "face-verify":
                let details = event.entity?.first?.detail ?? []
                let digest = Hex.encode(Digest.sha256(Array(evidence)))
                #expect(details.contains(.init("evidence", base64: evidence.base64EncodedString())))
                #expect(details.contains(.init("evidence-sha256", string: digest)))
                #expect(details.contains(.init("score", string: "0.71")))
            default: break
            }
        }
    }

    @Test func `a line says what it is for, how it is taken and until when it is valid`() throws {
        let resources = try rendered(samples.consultation()).1
        guard case .medicationRequest(let request) = resources.first(where: { $0.type == "MedicationRequest" }) else {
            Issue.record("no request")
            return
        }
        #expect(request.status == .completed)
        #expect(request.groupIdentifier?.value == "K001-20261122-0001")
        #expect(request.reasonCode?.first?.coding?.first?.code == "J06.9")
        #expect(request.dosageInstruction?.first?.doseAndRate?.first?.doseQuantity?.value == Decimal(string: "0.5"))
        #expect(request.dosageInstruction?.first?.doseAndRate?.first?.doseQuantity?.unit == "g")
        // 2026-11-22T10:00Z is 18:00 in China: six hours are left of the day.
        #expect(request.dispenseRequest?.validityPeriod?.start == "2026-11-22T10:00:00.000Z")
        #expect(request.dispenseRequest?.validityPeriod?.end == "2026-11-22T15:59:59.999Z")
        #expect(request.dispenseRequest?.expectedSupplyDuration?.value == 4)
    }

    @Test(
        arguments: [
            (DispenseOutcome.done, FHIR.MedicationDispense.Status.completed), (.unverified, .unknown),
            (.noDrop, .stopped), (.jam, .stopped), (.interrupted, .unknown), (.notStarted, .cancelled),
            (.unknown, .unknown),
        ])
    func `only a box that was seen to fall is handed over`(
        outcome: DispenseOutcome, status: FHIR.MedicationDispense.Status
    ) throws {
        var content = try samples.consultation()
        content.dispenses = [
            samples.dispense(content.visit, try #require(content.prescription), line: 0, number: 50, outcome)
        ]
        let resources = try rendered(content).1
        for case .medicationDispense(let dispense) in resources {
            #expect(dispense.status == status)
            #expect((dispense.whenHandedOver != nil) == (outcome == .done))
            let reason = dispense.statusReasonCodeableConcept?.coding?.first?.code
            #expect(reason == (outcome == .done ? nil : outcome.rawValue))
        }
        for case .medicationRequest(let request) in resources {
            #expect(request.status == (request.id == resources[2].id && outcome == .done ? .completed : .stopped))
        }
    }

    @Test(
        arguments: [
            (PrintState.confirmed, FHIR.AuditEvent.Outcome.success, FaultCode?.none),
            (.unconfirmed, .minorFailure, .printerUnconfirmed),
            (.failedClean(Fault(.printerPaperOut)), .minorFailure, .printerPaperOut),
            (.unknown(Fault(.printerUnknown)), .seriousFailure, .printerUnknown),
        ])
    func `only a slip that the printer confirmed is a success, any other says why not`(
        state: PrintState, outcome: FHIR.AuditEvent.Outcome, code: FaultCode?
    ) throws {
        var content = try samples.consultation()
        content.slip?.state = state
        let slips = try rendered(content).1.compactMap { resource -> FHIR.AuditEvent? in
            guard case .auditEvent(let event) = resource, event.subtype?.first?.code == "slip-print" else { return nil }
            return event
        }
        #expect(slips.map(\.outcome) == [outcome])
        let details = slips.first?.entity?.first?.detail ?? []
        #expect(details.contains(.init("state", string: state.name)))
        #expect(details.filter { $0.type == "fault" } == (code.map { [.init("fault", string: $0.rawValue)] } ?? []))
    }

    @Test func `what was simulated is marked, the bundle and each part, and nothing else is`() throws {
        for simulated in [Set(["reader"]), []] {
            let (bundle, resources) = try rendered(samples.consultation(samples.visit(simulated: simulated)))
            let marks = ([bundle.meta] + resources.map(\.meta)).map { meta in
                (meta?.tag ?? []).contains { $0.system == "urn:kiosk:tag" && $0.code == "simulated" }
            }
            #expect(Set(marks) == [!simulated.isEmpty])
        }
    }

    @Test func `an unsigned draft is no prescription, but what the rules said of it is kept`() throws {
        var visit = samples.visit()
        visit.state = .aborted
        var content = ConsultationContent(kiosk: Samples.kiosk, visit: visit, sequence: 3, at: samples.clock.stamp())
        content.prescription = try samples.prescription(visit, signed: false)
        let resources = try rendered(content).1
        #expect(types(resources) == ["Patient": 1, "Encounter": 1, "DetectedIssue": 2])
        guard case .encounter(let encounter) = resources[1] else {
            Issue.record("no encounter")
            return
        }
        #expect(encounter.status == .cancelled)
    }

    @Test func `parts that don't belong together make no bundle`() async throws {
        let good = try samples.consultation()
        let other = try samples.consultation()
        var changes: [(inout ConsultationContent) -> Void] = [
            { $0.dispenses = other.dispenses },
            { $0.slip = other.slip },
            { $0.prescription = other.prescription },
            { $0.dispenses[1] = $0.dispenses[0] },
            { $0.prescription?.jws = nil },
            { $0.prescription?.evidenceBytes = [1, 2, 3] },
            { $0.prescription?.jws = Array("{}".utf8) },
            { $0.doctor = ConsultationContent.Doctor(id: "d-2", name: "王", licence: "2") },
        ]
        changes.append { [samples] in
            guard let prescription = $0.prescription else { return }
            $0.dispenses = [samples.dispense($0.visit, prescription, line: 9, number: 3)]
        }
        for change in changes {
            var content = good
            change(&content)
            await expectFault(.internalError) { _ = try ConsultationBundle.make(content) }
        }
    }

    @Test func `a resource without a mandatory element does not decode`() {
        let texts = [
            #"{"resourceType":"Encounter","status":"finished"}"#,
            #"{"resourceType":"Provenance","target":[],"recorded":"2026-11-22T10:00:00Z"}"#,
            #"{"resourceType":"MedicationRequest","status":"active","intent":"order","subject":{}}"#,
            #"{"resourceType":"Encounter","status":"sleeping","class":{}}"#,
            #"{"resourceType":"Nonsense"}"#, #"{}"#, #"[]"#, "", "\u{0}",
        ]
        for text in texts {
            let decoded = try? FHIR.decode(Array(text.utf8))
            #expect(decoded == nil, "\(text)")
        }
    }
}
