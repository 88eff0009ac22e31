import FHIRModel
import KioskModel
import KioskPlatform

/// What every bundle about the kiosk itself has in common: one AuditEvent, in a transaction of its own.
public struct EventOrigin: Sendable {
    public let kiosk: ConsultationContent.Kiosk
    /// A UUIDv7: the resources' ids are derived from it.
    public let id: String
    /// Running number of the kiosk's bundles.
    public let sequence: UInt64
    /// When it happened.
    public let at: Stamp
    /// Whether a simulated part has a share in it.
    public let isSimulated: Bool

    public init(kiosk: ConsultationContent.Kiosk, id: String, sequence: UInt64, at: Stamp, isSimulated: Bool) {
        self.kiosk = kiosk
        self.id = id
        self.sequence = sequence
        self.at = at
        self.isSimulated = isSimulated
    }
}

enum EventBundle {
    /// Throws `internalError` where the id is not a UUID.
    static func make(
        _ origin: EventOrigin, type: FHIR.Coding, subtype: FHIR.Coding? = nil, agent: FHIR.Reference? = nil,
        outcome: FHIR.AuditEvent.Outcome = .success, details: [FHIR.AuditEvent.Detail]
    ) throws(Fault) -> RenderedBundle {
        guard UUIDv7.isUUID(origin.id) else { throw Fault(.internalError, "the event's id is not a UUID") }
        let kiosk = FHIR.Reference(
            type: "Device", identifier: FHIR.Identifier(system: Systems.kiosk, value: origin.kiosk.id),
            display: origin.kiosk.name.orNil)
        let meta = origin.isSimulated ? FHIR.Meta(tag: [Systems.simulated]) : nil
        var event = FHIR.AuditEvent(
            type: type, recorded: origin.at.iso8601,
            agent: [FHIR.AuditEvent.Agent(who: agent ?? kiosk, requestor: true)],
            source: FHIR.AuditEvent.Source(observer: kiosk, site: origin.kiosk.site.orNil))
        event.id = DerivedID.make(origin.id, "AuditEvent")
        event.meta = meta
        event.subtype = subtype.map { [$0] }
        event.action = "E"
        event.outcome = outcome
        let place = [
            FHIR.AuditEvent.Detail("boot", string: origin.at.boot),
            .init("monotonic-ns", string: String(origin.at.monotonic)),
            .init("clock", string: origin.at.quality.rawValue),
        ]
        event.entity = [FHIR.AuditEvent.Entity(what: kiosk, detail: details + place)]

        let id = event.id ?? ""
        var bundle = FHIR.Bundle(
            type: .transaction,
            entry: [
                FHIR.Bundle.Entry(
                    fullUrl: "urn:uuid:\(id)", resource: .auditEvent(event),
                    request: FHIR.Bundle.Request(method: "PUT", url: "AuditEvent/\(id)"))
            ])
        bundle.id = DerivedID.make(origin.id, "Bundle")
        bundle.meta = meta
        bundle.identifier = FHIR.Identifier(
            system: Systems.bundle, value: "\(origin.kiosk.id)/\(origin.sequence)")
        bundle.timestamp = origin.at.iso8601
        guard let bytes = try? FHIR.encode(.bundle(bundle)) else {
            throw Fault(.internalError, "the bundle can't be encoded")
        }
        return RenderedBundle(id: bundle.id ?? "", bytes: bytes)
    }
}
