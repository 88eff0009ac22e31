import FHIRModel
import KioskModel

/// Renders how the kiosk stands, as its status says it; no person is named.
public enum HeartbeatBundle {
    public static func make(_ status: StatusView, _ origin: EventOrigin) throws(Fault) -> RenderedBundle {
        let queue = status.queue
        var details = [
            FHIR.AuditEvent.Detail("state", string: status.state), .init("version", string: status.version),
            .init("mode", string: status.mode.rawValue), .init("profile", string: status.profile),
            .init("uptime-s", string: String(Int(status.uptimeSeconds))),
            .init("queue-pending", string: String(queue.pending)),
            .init("queue-quarantined", string: String(queue.quarantined)),
        ]
        if let oldest = queue.oldestSeconds { details.append(.init("queue-oldest-s", string: String(Int(oldest)))) }
        if let visit = status.visit {
            details.append(.init("visit", string: visit.id))
            details.append(.init("visit-state", string: visit.state.rawValue))
        }
        if let doctor = status.doctor { details.append(.init("doctor", string: doctor.doctor)) }
        for device in status.devices {
            details.append(.init("device", string: "\(device.role) \(device.state.rawValue)"))
        }
        for fault in status.faults { details.append(.init("fault", string: fault.code)) }
        return try EventBundle.make(
            origin, type: FHIR.Coding(system: Systems.audit, code: "heartbeat", display: "Heartbeat"), details: details)
    }
}
