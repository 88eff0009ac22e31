import KioskModel
import KioskStore
import KioskSync

/// When each trouble was told to the platform last, and how often it was met since.
struct AlertLedger: Codable, Sendable {
    struct Entry: Codable, Sendable {
        var told: Int64
        var suppressed: Int
    }

    var entries: [String: Entry] = [:]

    static let id = "alert-ledger"
    /// Milliseconds for which the same trouble of the same device is not told again.
    static let quiet: Int64 = 86_400_000
}

/// What the kiosk tells of itself: alerts, attendance, heartbeats.
extension Agent {
    private var kiosk: ConsultationContent.Kiosk {
        ConsultationContent.Kiosk(id: configuration.kiosk, name: configuration.kioskName, site: configuration.site)
    }

    private func origin(id: String, simulated: Bool) async throws(Fault) -> EventOrigin {
        EventOrigin(
            kiosk: kiosk, id: id, sequence: try await nextCounter(.bundle), at: clock.stamp(), isSimulated: simulated)
    }

    /// Queues an alert for a trouble that takes something away; the same one at most once a day.
    ///
    /// Runs after what was under way: an alert must not change the order of a visit's own records.
    func alert(_ fault: Fault, visit: VisitID?) {
        guard fault.code.entry.severity != .warning, !stopping else { return }
        let before = alerts
        let met = clock.stamp().wall
        alerts = Task {
            await before?.value
            do throws(Fault) {
                try await tell(fault, visit, metAt: met)
            } catch {
                logger.error("an alert of \(fault.code.rawValue) can't be stored: \(error), ignoring")
            }
        }
    }

    private func tell(_ fault: Fault, _ visit: VisitID?, metAt now: Int64) async throws(Fault) {
        var ledger = try await store.fetch(AlertLedger.self, kind: .agentState, id: AlertLedger.id) ?? AlertLedger()
        let key = "\(fault.code.rawValue)/\(fault.device ?? "")"
        let last = ledger.entries[key]
        var change = StoreChange()
        if let last, now >= last.told, now - last.told < AlertLedger.quiet {
            ledger.entries[key]?.suppressed += 1
        } else {
            let bundle = try AlertBundle.make(
                fault, visit: visit, suppressed: last?.suppressed ?? 0,
                try await origin(id: UUIDv7.make(), simulated: !configuration.isProduction))
            change.send(
                OutboxItem(id: bundle.id, kind: "alert", visit: nil, body: bundle.bytes, priority: .safety))
            ledger.entries[key] = AlertLedger.Entry(told: now, suppressed: 0)
        }
        try change.put(ledger, kind: .agentState, id: AlertLedger.id, state: "current")
        try await store.commit(change, reserve: parts.disk)
    }

    /// That a doctor came or left, for the same transaction as the session's record.
    func attendance(_ session: DoctorSession, id: String, until: Stamp?) async throws(Fault) -> OutboxItem {
        let doctor = session.doctor
        let content = AttendanceBundle.Content(
            doctor: ConsultationContent.Doctor(id: doctor.id, name: doctor.name, licence: doctor.licence),
            custody: session.custody, since: session.since, until: until)
        let bundle = try AttendanceBundle.make(
            content, try await origin(id: id, simulated: session.custody == .softwareLab))
        return OutboxItem(
            id: bundle.id, kind: "attendance", visit: nil, body: bundle.bytes, priority: .administrative)
    }

    /// Queues how the kiosk stands, in place of an older such report; left out where the disk has little space.
    public func heartbeat() async {
        parts.disk?.keepReserve()
        guard parts.disk?.level ?? .ok == .ok else { return }
        do throws(Fault) {
            let bundle = try HeartbeatBundle.make(
                try await status(), try await origin(id: UUIDv7.make(), simulated: !configuration.isProduction))
            try await store.putTelemetry(
                OutboxItem(id: bundle.id, kind: "heartbeat", visit: nil, body: bundle.bytes, priority: .telemetry))
        } catch {
            logger.warning("no heartbeat: \(error), ignoring")
        }
    }

    /// A record that the platform refused: somebody must look. An alert that was refused is not told by an alert.
    public func quarantined(_ item: String, kind: String, visit: VisitID?, _ fault: Fault) {
        hub.emit("sync", visit: visit, state: "quarantined")
        guard kind != "alert" else { return syncFailed(fault, visit: visit) }
        report(Fault(fault.code, "\(kind) \(item): \(fault.detail)"), visit: visit)
    }
}
