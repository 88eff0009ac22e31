import FHIRModel
import KioskModel

/// Renders a trouble that somebody must know of: a fault, a store that was salvaged, a record that was refused.
public enum AlertBundle {
    /// `suppressed`: how often the same trouble was met since the last alert and not told.
    public static func make(
        _ fault: Fault, visit: VisitID?, suppressed: Int, _ origin: EventOrigin
    ) throws(Fault) -> RenderedBundle {
        let entry = fault.code.entry
        var details = [
            FHIR.AuditEvent.Detail("severity", string: entry.severity.rawValue), .init("zh", string: entry.zh),
            .init("en", string: entry.en), .init("next-zh", string: entry.nextStepZh),
            .init("next-en", string: entry.nextStepEn),
        ]
        if let detail = fault.detail.orNil { details.append(.init("detail", string: detail)) }
        if let device = fault.device?.orNil { details.append(.init("device", string: device)) }
        if let visit { details.append(.init("visit", string: visit)) }
        if suppressed > 0 { details.append(.init("suppressed", string: String(suppressed))) }
        return try EventBundle.make(
            origin, type: FHIR.Coding(system: Systems.audit, code: "alert", display: "Alert"),
            subtype: FHIR.Coding(system: Systems.fault, code: fault.code.rawValue, display: entry.en),
            outcome: entry.severity == .needsPerson ? .seriousFailure : .minorFailure, details: details)
    }
}
