import KioskModel
import Testing

@testable import KioskCommands

@Suite struct CommandExitTests {
    private func device(_ state: DeviceStatus.State, _ fault: FaultCode? = nil) -> DeviceStatus {
        DeviceStatus(role: "printer", state: state, fault: fault.map { Fault($0) })
    }

    private func item(_ state: String, _ fault: FaultCode? = nil) -> QueueList {
        QueueList([
            QueueItemView(
                id: "q", sequence: 1, kind: "bundle", visit: nil, state: state, attempts: 1, bytes: 1,
                queuedAt: Samples.stamp, fault: fault.map { Fault($0) })
        ])
    }

    private func status(
        state: String = "ready", devices: [DeviceStatus] = [], quarantined: Int = 0, lastFault: FaultCode? = nil,
        faults: [FaultCode] = [], visit: VisitView? = nil
    ) -> CommandExit {
        StatusView(
            version: "", kiosk: "", profile: "lab", mode: .clinicOnsite, state: state, uptimeSeconds: 0, visit: visit,
            doctor: nil, devices: devices,
            queue: QueueSummary(
                pending: 0, quarantined: quarantined, oldestSeconds: nil, lastFault: lastFault.map { Fault($0) }),
            faults: faults.map { FaultView(Fault($0)) }, prompt: nil
        ).exitStatus
    }

    @Test(.timeLimit(.minutes(1))) func `the numbers are those that scripts go by`() {
        #expect(CommandExit.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 8, 64, 77])
    }

    @Test(.timeLimit(.minutes(1))) func `the worst finding of a status decides`() {
        #expect(status() == .ok)
        #expect(status(devices: [device(.ready)]) == .ok)
        #expect(status(state: "degraded") == .warning)
        #expect(status(lastFault: .syncUnreachable) == .warning)
        #expect(status(faults: [.clockUntrusted, .usbNotFound]) == .fault)
        #expect(status(devices: [device(.missing)]) == .fault)
        #expect(status(devices: [device(.fault, .printerPaperLow)]) == .warning)
        #expect(status(quarantined: 1) == .needsPerson)
        #expect(status(state: "needs-person") == .needsPerson)
        #expect(status(faults: [.usbNotFound], visit: Samples.unknownDrop) == .needsPerson)
    }

    @Test(.timeLimit(.minutes(1))) func `devices, visits and queue are judged by their faults`() {
        #expect(DeviceList([device(.ready), device(.fault, .printerPaperOut)]).exitStatus == .fault)
        #expect(DeviceList([device(.fault, .dispenserJam)]).exitStatus == .needsPerson)
        #expect(Samples.visit().exitStatus == .ok)
        #expect(Samples.visit(.opened, fault: Fault(.cardRemoved)).exitStatus == .warning)
        #expect(Samples.unknownDrop.exitStatus == .needsPerson)
        #expect(VisitList([Samples.visit(), Samples.unknownDrop]).exitStatus == .needsPerson)
        #expect(item("pending").exitStatus == .ok)
        #expect(item("pending", .syncUnreachable).exitStatus == .warning)
        #expect(item("acknowledged", .syncUnreachable).exitStatus == .ok)
        #expect(item("quarantined", .syncRefused).exitStatus == .needsPerson)
    }

    @Test(.timeLimit(.minutes(1))) func `a problem's code decides how a command ends`() {
        #expect(CommandExit(FaultCode.apiNotFound) == .notFound)
        #expect(CommandExit(FaultCode.apiNotAllowed) == .notAllowed)
        #expect(CommandExit(FaultCode.apiUnavailable) == .daemonDown)
        #expect(CommandExit(FaultCode.storeDamaged) == .needsPerson)
        #expect(CommandExit(FaultCode.internalError) == .fault)
        #expect(CommandExit(FaultCode.apiMalformed) == .warning)
        #expect(CommandExit(nil as FaultCode?) == .fault)
    }
}
