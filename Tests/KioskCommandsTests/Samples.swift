import KioskModel

/// Views as a kiosk gives them.
enum Samples {
    /// 2026-11-22 10:15:30 UTC.
    static let stamp = Stamp(boot: "b", monotonic: 1, wall: 1_795_342_530_000, quality: .synchronized)
    static let visitID = "01936b6e-3f00-7abc-8def-0123456789ab"

    static let devices = [
        DeviceStatus(
            role: "reader", state: .ready, address: "1-1", vendorID: 0x1209, productID: 0xA001,
            product: "Kiosk CCID reader", simulated: true),
        DeviceStatus(
            role: "doctor-reader", state: .ready, address: "1-2", vendorID: 0x1209, productID: 0xA002,
            product: "Kiosk CCID reader for doctors with a long name", simulated: true),
        DeviceStatus(
            role: "printer", state: .fault, address: "1-1.4", vendorID: 0x04B8, productID: 0x0E15,
            product: "票据打印机 TM-T88", fault: Fault(.printerPaperOut, "DLE EOT 4: 0x72", device: "printer")),
        DeviceStatus(role: "dispenser", state: .ready, address: "1-3", vendorID: 0x0403, productID: 0x6001),
        DeviceStatus(role: "camera", state: .missing, fault: Fault(.faceNoCamera, "no frame source", device: "camera")),
    ]

    static let line = PrescriptionLine(
        medicine: "AMX025", name: "阿莫西林胶囊", strength: "0.25 g × 24", boxes: 2, dose: "0.5 g", route: "口服",
        frequency: "每日三次", days: 4)

    static func visit(
        _ state: VisitState = .closed, fault: Fault? = nil, prompt: Prompt? = nil,
        dispense: [String] = ["done", "done"]
    ) -> VisitView {
        VisitView(
            id: visitID, state: state, mode: .clinicOnsite, patient: "张○○", openedAt: stamp,
            closedAt: state.isEnded ? stamp : nil, prescription: "01936b6f-0000-7abc-8def-0123456789ab",
            prescriptionNumber: "kiosk-01-20261122-0001", lines: [line],
            rules: [RuleResult(rule: "R01", verdict: .pass, zh: "通过", en: "passed")], signedBy: "face",
            dispense: dispense.enumerated().map {
                .init(transaction: UInt32($0.offset + 41), medicine: "AMX025", slot: 12, state: $0.element)
            }, slip: state == .closed ? "confirmed" : nil, sync: state == .closed ? "acknowledged" : "none",
            simulated: ["reader", "doctor-key"], fault: fault.map(FaultView.init), prompt: prompt.map(PromptView.init))
    }

    static let unknownDrop = visit(
        .needsPerson, fault: Fault(.dispenserUnknown, "transaction 42", device: "dispenser"), prompt: .callStaff,
        dispense: ["done", "unknown", "jam", "intended"])

    static let healthy = StatusView(
        version: "0.1.0", kiosk: "kiosk-01", profile: "production", mode: .clinicOnsite, state: "ready",
        uptimeSeconds: 187_200, visit: nil, doctor: nil, devices: [devices[3]],
        queue: QueueSummary(pending: 0, quarantined: 0, oldestSeconds: nil, lastFault: nil), faults: [],
        prompt: PromptView(.insertCard))

    static let troubled = StatusView(
        version: "0.1.0", kiosk: "lab-01", profile: "lab", mode: .internetFollowUp, state: "needs-person",
        uptimeSeconds: 3725, visit: unknownDrop,
        doctor: SessionView(doctor: "D001", name: "王医生", since: stamp, custody: .softwareLab, faceEnrolled: true),
        devices: devices,
        queue: QueueSummary(
            pending: 3, quarantined: 0, oldestSeconds: 95, lastFault: Fault(.syncUnreachable, "connection refused")),
        faults: [
            FaultView(Fault(.printerPaperOut, "DLE EOT 4: 0x72", device: "printer")), FaultView(Fault(.clockUntrusted)),
        ], prompt: PromptView(.callStaff))

    static let queue = QueueList([
        QueueItemView(
            id: "q1", sequence: 7, kind: "bundle", visit: visitID, state: "quarantined", attempts: 1, bytes: 5120,
            queuedAt: stamp, fault: Fault(.syncRefused, "422 entry 3: Patient.identifier")),
        QueueItemView(
            id: "q2", sequence: 12, kind: "bundle", visit: visitID, state: "pending", attempts: 14, bytes: 5120,
            queuedAt: stamp, fault: Fault(.syncUnreachable, "connection refused")),
        QueueItemView(
            id: "q3", sequence: 13, kind: "bundle", visit: nil, state: "pending", attempts: 0, bytes: 300,
            queuedAt: stamp, fault: nil),
    ])
}
