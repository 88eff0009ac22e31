import KioskModel
import KioskStore
import Prescribing

extension Agent {
    public func temperature() async throws(Fault) -> TemperatureView {
        await recovered()
        await followTemperature()
        let days = try await store.values(TemperatureDay.self, kind: .temperature, limit: 10_000)
        let all = days.flatMap(\.readings).sorted { $0.at < $1.at }
        let yesterday = (all.last?.at ?? 0) - 86_400_000
        return TemperatureView(readings: all.filter { $0.at > yesterday }, kept: all.count)
    }

    /// Takes over the controller's log again and again, until cancelled.
    func watchTemperature() async {
        while !Task.isCancelled {
            await followTemperature()
            watchesTemperature = true
            try? await Task.sleep(for: .seconds(60))
        }
    }

    /// Takes over what the controller has logged since the last time, and shuts the slots whose medicine suffered.
    ///
    /// Whoever asks gets a run that began after the question. A trouble is kept for `status`, where a medicine needs a
    /// temperature; it is tried again.
    func followTemperature() async {
        while let run = temperatureRun { await run.value }
        let run = Task {
            await takeTemperatureLog()
            temperatureRun = nil
        }
        temperatureRun = run
        await run.value
    }

    private func takeTemperatureLog() async {
        do throws(Fault) {
            while try await takeTemperatures() {}
            temperatureFault = try await thermometerFault()
            keepsNoLog = false
            untakenLog = nil
        } catch {
            // Only its own word makes a controller without a log; an answer that nobody could read says nothing of it.
            keepsNoLog = error.code == .cabinetThermometer
            let isUnreadable = error.code == .dispenserProtocol
            let told = isUnreadable ? Fault(error.code, "temperatures: \(error.detail)", device: error.device) : error
            untakenLog = keepsNoLog ? nil : told
            // The cabinet's own faults are its device's, but this answer, the longest, may be the only one that is damaged.
            if keepsNoLog || isUnreadable { temperatureFault = needsThermometer ? told : nil }
            logger.debug("temperatures: \(error), ignoring")
        }
    }

    /// Throws where this medicine needs a temperature and what the cabinet logged could not be taken over just now.
    func requireJudged(_ medicine: String) throws(Fault) {
        guard let untakenLog, parts.formulary.medicine(medicine)?.storage != nil else { return }
        throw untakenLog
    }

    private var needsThermometer: Bool { parts.formulary.medicines.contains { $0.storage != nil } }

    private func thermometerFault() async throws(Fault) -> Fault? {
        guard needsThermometer else { return nil }
        let cursor = try await temperatureCursor()
        let now = clock.stamp()
        guard let last = cursor.lastKnown else {
            return Fault(.cabinetThermometer, "no reading yet", device: "dispenser")
        }
        let minutes = -(cursor.known?.offset(from: now) ?? last - now.wall) / 60_000
        guard minutes * 60_000 > TemperatureJudgement.longestGap else { return nil }
        return Fault(.cabinetThermometer, "the last reading is \(minutes) minutes old", device: "dispenser")
    }

    func temperatureCursor() async throws(Fault) -> TemperatureCursor {
        try await store.fetch(TemperatureCursor.self, kind: .agentState, id: TemperatureCursor.id)
            ?? TemperatureCursor()
    }

    /// Takes over one piece of the log. True where there is more.
    ///
    /// Readings, cursor and locks are one transaction: a reading that shuts a slot is never only half taken over.
    private func takeTemperatures() async throws(Fault) -> Bool {
        var cursor = try await temperatureCursor()
        var page = try await parts.cabinet.temperature(from: cursor.next)
        if cursor.isOutrun(by: page) {
            // Where a new start ran for longer than the one before, this is not seen; then its first readings are missing,
            // and the gap shuts the slots.
            page = try await parts.cabinet.temperature(from: 0)
        }
        let (readings, judgements) = cursor.take(page, at: clock.stamp())
        guard !readings.isEmpty else { return false }
        var (changes, faults) = try await locks(after: judgements)
        changes.append(.cursor(cursor))
        for (day, readings) in Dictionary(grouping: readings, by: { KioskDay.date(wall: $0.at) }) {
            let record = try await store.record(TemperatureDay.self, kind: .temperature, id: day)
            var kept = record?.value ?? TemperatureDay()
            kept.readings += readings
            changes.append(.temperatures(day, kept, revision: record?.revision ?? 0))
        }
        try await commit(.with { [changes] in $0.stock = changes })
        for fault in faults { report(fault) }
        return cursor.next < page.next
    }

    private func locks(
        after judgements: [TemperatureJudgement]
    ) async throws(Fault) -> (changes: [StockChange], faults: [Fault]) {
        let at = clock.stamp()
        var changes: [StockChange] = []
        var faults: [Fault] = []
        for held in try await inventory().slots.values {
            guard let range = parts.formulary.medicine(held.slot.medicine)?.storage,
                let trouble = judgements.lazy.compactMap({
                    $0.trouble(in: held.slot, least: range.least, most: range.most)
                }).first
            else { continue }
            var locks = try await locks(of: held)
            guard locks.suffer(.init(reason: .temperature, detail: trouble, by: "kioskd", at: at)) else { continue }
            changes += try await self.changes(held, locks)
            faults.append(Fault(.cabinetTemperature, "slot \(held.slot.slot): \(trouble)", device: "dispenser"))
        }
        return (changes, faults)
    }
}
