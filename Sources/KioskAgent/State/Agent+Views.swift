import Foundation
import KioskModel

extension Agent {
    public func status() async throws(Fault) -> StatusView {
        let devices = await devices()
        let queue = try await queueSummary()
        noteDamage()
        let open = try await openVisit()
        var visitView: VisitView?
        if let open { visitView = try await view(of: open) }
        var faults = devices.compactMap(\.fault)
        for reader in parts.patientReaders {
            guard let fault = readerFaults[reader.role] else { continue }
            if !faults.contains(where: { $0.code == fault.code && $0.device == fault.device }) { faults.append(fault) }
        }
        if let open, let fault = strangerFault(at: open) { faults.append(fault) }
        if let fault = open?.fault { faults.append(fault) }
        if case .failure(let fault) = registry { faults.append(fault) }
        if let registryFault { faults.append(registryFault) }
        if let fault = queue.lastFault, fault != storeFault { faults.append(fault) }
        if let storeFault { faults.append(storeFault) }
        if let fault = parts.disk?.fault { faults.append(fault) }
        if clock.stamp().quality == .untrusted { faults.append(Fault(.clockUntrusted, clock.untrustedWords)) }
        faults += await stockFaults()
        var sessionView: SessionView?
        if let session { sessionView = try await self.sessionView(session) }
        let uptime = Double(clock.stamp().monotonic &- started.monotonic) / 1e9
        var view = StatusView(
            version: configuration.version, kiosk: configuration.kiosk, profile: configuration.profile,
            mode: configuration.mode, state: Self.state(faults: faults, visit: open), uptimeSeconds: uptime,
            visit: visitView, doctor: sessionView, devices: devices, queue: queue, faults: faults.map(FaultView.init),
            prompt: prompt.map(PromptView.init))
        view.disk = parts.disk?.view
        return view
    }

    /// What no message could tell yet, since the platform was not even reached, is told by the sender.
    private func queueSummary() async throws(Fault) -> QueueSummary {
        let queue = try await store.queueSummary()
        guard queue.pending > 0, queue.lastFault == nil, let fault = await parts.sync?.lastFault() else { return queue }
        return QueueSummary(
            pending: queue.pending, quarantined: queue.quarantined, oldestSeconds: queue.oldestSeconds,
            lastFault: fault)
    }

    public func devices() async -> [DeviceStatus] {
        async let reader = parts.reader.status()
        async let idReader = parts.idReader?.status()
        async let doctorReader = parts.doctorReader.status()
        async let cabinet = parts.cabinet.status()
        async let printer = parts.printer.status()
        async let camera = parts.face.status()
        return await [reader, idReader, doctorReader, cabinet, printer, camera].compactMap(\.self)
    }

    public func visits(limit: Int) async throws(Fault) -> [VisitView] {
        var views: [VisitView] = []
        for visit in try await recentVisits(limit: limit) { views.append(try await view(of: visit)) }
        return views
    }

    public func visit(_ id: VisitID) async throws(Fault) -> VisitView { try await view(of: try await requireVisit(id)) }

    public func queue(limit: Int) async throws(Fault) -> [QueueItemView] { try await store.queueItems(limit: limit) }

    private static func state(faults: [Fault], visit: Visit?) -> String {
        if visit?.state == .needsPerson || faults.contains(where: { $0.code.entry.severity == .needsPerson }) {
            return "needs-person"
        }
        if faults.contains(where: { $0.code.entry.severity == .fault }) { return "degraded" }
        return visit == nil ? "ready" : "busy"
    }

    func nextPrompt(for visit: Visit) -> Prompt {
        // Whoever stands there now must not be asked to go on in another patient's name.
        if strangerFault(at: visit) != nil { return .callStaff }
        if let fault = visit.fault, fault.code != .visitInterrupted {
            switch visit.state {
            // No medicine and no slip comes by waiting: somebody must put right what is wrong.
            case .signed, .dispensing, .printing: return .callStaff
            default: break
            }
        }
        return switch visit.state {
        case .opened: .seeDoctor
        case .prescribed: pinWay?.leads(to: visit.prescription, in: session) == true ? .doctorPIN : .lookAtCamera
        case .signed, .dispensing: .waitForMedicine
        case .dispensed: .takeMedicine
        case .printing: .takeSlip
        case .needsPerson: .callStaff
        case .closed, .aborted: .takeCard
        }
    }

    func view(of visit: Visit) async throws(Fault) -> VisitView {
        try await VisitReader(store: store).view(
            of: shown(visit), prompt: visit.state.isEnded ? nil : nextPrompt(for: visit))
    }

    /// The visit as people see it: who prescribes or signs is told that another patient may be there.
    private func shown(_ visit: Visit) -> Visit {
        var visit = visit
        if visit.fault == nil { visit.fault = strangerFault(at: visit) }
        return visit
    }

    /// Why it is not known who stands at the kiosk while this visit is open; nil where nothing speaks against its
    /// patient.
    private func strangerFault(at visit: Visit) -> Fault? {
        guard let stranger, stranger.visit == visit.id, !visit.state.isEnded else { return nil }
        return Fault(.visitAnotherOpen, "another patient's card was brought", device: stranger.reader)
    }

    func view(
        of visit: Visit, prescription: Prescription?, transactions: [DispenseTransaction], printJob: PrintJob?,
        sync: String = "none"
    ) async throws(Fault) -> VisitView {
        var prescription = prescription
        if prescription == nil, let id = visit.prescription { prescription = try await requirePrescription(id) }
        return VisitReader.view(
            of: shown(visit), prescription: prescription, transactions: transactions, printJob: printJob, sync: sync,
            prompt: visit.state.isEnded ? nil : nextPrompt(for: visit))
    }
}
