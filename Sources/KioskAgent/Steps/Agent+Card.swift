import KioskModel

extension Agent {
    /// Opens visits as cards come to any of the patient's readers, until their streams end.
    ///
    /// One event at a time: two people with a card each at two readers must not open two visits.
    func followCards() async {
        for await (reader, event) in cardEvents() {
            switch event {
            case .readerReady(let hasCard):
                readerFaults[reader.role] = nil
                if hasCard { cardsFound.insert(reader.role) }
                hub.emit("device", state: "\(reader.role) ready")
            case .readerLost(let fault):
                cardsPresent.remove(reader.role)
                if readerFaults[reader.role] != fault { report(fault) }
                readerFaults[reader.role] = fault
            case .inserted:
                cardsPresent.insert(reader.role)
                await cardInserted(reader)
            case .removed:
                cardsPresent.remove(reader.role)
                cardsFound.remove(reader.role)
                if reminding.contains(reader.role) { continue }
                if let code = readerFaults[reader.role]?.code, Self.leavesWithItsCard(code) {
                    readerFaults[reader.role] = nil
                }
                await cardRemoved()
            }
        }
    }

    /// What was wrong with a card is over when the card is gone; who pulled it too early is still told so.
    private static func leavesWithItsCard(_ code: FaultCode) -> Bool {
        switch code {
        case .cardMute, .cardWrongKind, .cardDataInvalid, .cardLeftBehind: true
        default: false
        }
    }

    private func cardEvents() -> AsyncStream<(PatientReader, CardEvent)> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: (PatientReader, CardEvent).self, bufferingPolicy: .bufferingNewest(128))
        let task = Task { [readers = parts.patientReaders] in
            await withTaskGroup { group in
                for reader in readers {
                    group.addTask {
                        for await event in await reader.station.events() { continuation.yield((reader, event)) }
                    }
                }
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    private func cardInserted(_ reader: PatientReader) async {
        say(.keepCardStill)
        let patient: PatientIdentity
        do {
            patient = try await reader.station.read()
        } catch {
            readerFaults[reader.role] = error
            report(error)
            await invite()
            return
        }
        readerFaults[reader.role] = nil
        reminding.remove(reader.role)
        hub.emit("step", state: "card")
        do throws(Fault) {
            if let open = try await openVisit() {
                try resume(open, for: patient, at: reader)
            } else {
                try parts.disk?.admitVisit()
                try await requireWholeStore()
                if try await isLeftBehind(by: patient, at: reader) {
                    remindOfCard(at: reader.role)
                } else if try await isStillThere(of: patient, at: reader) {
                    remindOfMovedCard(at: reader.role)
                } else {
                    try await open(for: patient, at: reader)
                }
            }
        } catch {
            report(error)
            say(.callStaff)
        }
    }

    /// Between visits the kiosk asks for the next card; a visit under way goes on without its card.
    private func cardRemoved() async { await invite() }

    /// Asks for what comes next: the open visit's step, or a card.
    func invite() async {
        if let open = try? await openVisit() {
            say(nextPrompt(for: open), visit: open.id)
        } else {
            say(Self.invitation(parts))
        }
    }

    static func invitation(_ parts: AgentParts) -> Prompt { parts.idReader == nil ? .insertCard : .presentCard }

    /// Gives the patient time to take what is theirs; a card that is still there then is a prompt and a warning.
    func bidFarewell() {
        farewell?.cancel()
        farewell = Task { [pause = configuration.cardReminder] in
            guard (try? await Task.sleep(for: pause)) != nil, !stopping else { return }
            endReminders()
            // Whoever is here by now is asked for what their own visit needs.
            if (try? await openVisit()) == nil { await endFarewell() }
        }
    }

    private func endFarewell() async {
        guard let role = cardsPresent.min() else { return await invite() }
        remindOfCard(at: role)
    }

    /// After a restart, or a reader's, the card of a visit that has ended may still be there while its patient is
    /// not: the next person must not be seen under that name. Not only the last visit's: others may have come and
    /// gone at the other reader since.
    private func isLeftBehind(by patient: PatientIdentity, at reader: PatientReader) async throws(Fault) -> Bool {
        guard cardsFound.contains(reader.role) else { return false }
        return try await recentVisits(limit: 32).contains { $0.patient.number == patient.number }
    }

    /// A card that a reader overlooks is found again when it is moved: for some minutes after its visit nobody can tell
    /// that from a card that is brought.
    private func isStillThere(of patient: PatientIdentity, at reader: PatientReader) async throws(Fault) -> Bool {
        guard reader.overlooksCards, let last = lastVisits.removeValue(forKey: reader.role),
            let visit = try await store.fetch(Visit.self, kind: .visit, id: last),
            visit.patient.number == patient.number, let end = visit.closedAt
        else { return false }
        let now = clock.stamp()
        return now.boot == end.boot && now.monotonic < end.monotonic + Self.walkingAway
    }

    /// Nanoseconds after a visit's end in which its card is first taken for one that was left.
    private static let walkingAway: UInt64 = 300_000_000_000

    /// The reminder stands for its time, though the module's next look misses the card; brought again, it opens a visit.
    private func remindOfMovedCard(at role: String) {
        reminding.insert(role)
        remindOfCard(at: role)
        bidFarewell()
    }

    private func endReminders() {
        for role in reminding where readerFaults[role]?.code == .cardLeftBehind { readerFaults[role] = nil }
        reminding = []
    }

    private func remindOfCard(at role: String) {
        let fault = Fault(.cardLeftBehind, device: role)
        readerFaults[role] = fault
        report(fault)
        say(.cardLeftBehind)
    }

    private func open(for patient: PatientIdentity, at reader: PatientReader) async throws(Fault) {
        let status = await reader.station.status()
        let visit = Visit(
            id: UUIDv7.make(unixMilliseconds: UInt64(max(0, clock.stamp().wall))), mode: configuration.mode,
            openedAt: clock.stamp(), patient: patient, simulated: status.simulated ? [reader.role] : [])
        try await commit(AgentChange(visit: visit))
        lastVisits[reader.role] = visit.id
        logger.info("visit \(visit.id) opened")
        hub.emit("step", visit: visit.id, state: "visit")
        hub.emit("visit", visit: visit.id, state: visit.state.rawValue)
        say(.seeDoctor, visit: visit.id)
    }

    /// The same patient goes on where the visit stands; another patient's card never touches it.
    ///
    /// From then on nobody is asked to go on, with the card in the reader or out of it, until the visit's own card is
    /// seen or a doctor signs in anew.
    private func resume(_ visit: Visit, for patient: PatientIdentity, at reader: PatientReader) throws(Fault) {
        guard visit.patient.number == patient.number else {
            stranger = (visit.id, reader.role)
            throw Fault(.visitAnotherOpen, "another patient's card was brought", device: reader.role)
        }
        stranger = nil
        lastVisits[reader.role] = visit.id
        hub.emit("visit", visit: visit.id, state: visit.state.rawValue)
        say(nextPrompt(for: visit), visit: visit.id)
    }
}
