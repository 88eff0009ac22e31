import KioskModel

extension Agent {
    /// Opens visits as cards come, until the reader's stream ends.
    func followCards() async {
        for await event in await parts.reader.events() {
            switch event {
            case .readerReady:
                readerFault = nil
                hub.emit("device", state: "reader ready")
            case .readerLost(let fault):
                if readerFault != fault { report(fault) }
                readerFault = fault
            case .inserted:
                await cardInserted()
            case .removed:
                await cardRemoved()
            }
        }
    }

    private func cardInserted() async {
        say(.keepCardStill)
        let patient: PatientIdentity
        do {
            patient = try await parts.reader.read()
        } catch {
            readerFault = error
            report(error)
            say(.insertCard)
            return
        }
        readerFault = nil
        hub.emit("step", state: "card")
        do throws(Fault) {
            if let open = try await openVisit() {
                try resume(open, for: patient)
            } else {
                try await requireWholeStore()
                try await open(for: patient)
            }
        } catch {
            report(error)
            say(.callStaff)
        }
    }

    /// Between visits the kiosk asks for the next card; a visit under way goes on without its card.
    private func cardRemoved() async {
        if let open = try? await openVisit() {
            say(nextPrompt(for: open), visit: open.id)
        } else {
            say(.insertCard)
        }
    }

    private func open(for patient: PatientIdentity) async throws(Fault) {
        let reader = await parts.reader.status()
        let visit = Visit(
            id: UUIDv7.make(unixMilliseconds: UInt64(max(0, clock.stamp().wall))), mode: configuration.mode,
            openedAt: clock.stamp(), patient: patient, simulated: reader.simulated ? ["reader"] : [])
        try await commit(AgentChange(visit: visit))
        logger.info("visit \(visit.id) opened")
        hub.emit("step", visit: visit.id, state: "visit")
        hub.emit("visit", visit: visit.id, state: visit.state.rawValue)
        say(.seeDoctor, visit: visit.id)
    }

    /// The same patient goes on where the visit stands; another patient's card never touches it.
    private func resume(_ visit: Visit, for patient: PatientIdentity) throws(Fault) {
        guard visit.patient.number == patient.number else { throw Fault(.visitAnotherOpen) }
        hub.emit("visit", visit: visit.id, state: visit.state.rawValue)
        say(nextPrompt(for: visit), visit: visit.id)
    }
}
