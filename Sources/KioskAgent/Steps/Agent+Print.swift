import KioskModel

extension Agent {
    public func print(_ id: VisitID, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.holding(id) { () async throws(Fault) in try await self.print(id, answering: token) }
        }
    }

    private func print(_ id: VisitID, answering token: IdempotencyToken) async throws(Fault) -> StoredReply {
        var visit = try await requireVisit(id)
        var job = try await printJob(of: id)
        switch (visit.state, job?.state) {
        case (.dispensed, _), (.printing, .queued), (.printing, .failedClean): break
        case (.printing, .confirmed), (.printing, .unconfirmed):
            return try await closePrinted(&visit, job, answering: token)
        case (.printing, .sending):
            // Its outcome could not be stored, and nobody is printing it now.
            if let cutOff = job { try await recoverPrint(&visit, cutOff) }
            throw Fault(.printerUnknown, "record what came out first", device: "printer")
        case (.needsPerson, .unknown), (.printing, .unknown):
            throw Fault(.printerUnknown, "record what came out first", device: "printer")
        default: throw Fault(.visitWrongState, "the visit is \(visit.state.rawValue)")
        }
        guard let prescriptionID = visit.prescription else { throw Fault(.visitWrongState, "no prescription") }
        let prescription = try await requirePrescription(prescriptionID)
        if await parts.printer.status().simulated { visit.simulated.insert("printer") }

        var sending = job ?? newPrintJob(for: visit)
        sending.state = .sending
        visit.state = .printing
        visit.fault = nil
        var intent = AgentChange(visit: visit)
        intent.printJob = sending
        try await commit(intent)
        hub.emit("visit", visit: id, state: visit.state.rawValue)

        sending.state = await parts.printer.print(slip(for: prescription, visit: visit, job: sending))
        sending.endedAt = clock.stamp()
        job = sending
        return try await afterPrint(sending, &visit, answering: token)
    }

    private func afterPrint(
        _ job: PrintJob, _ visit: inout Visit, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        switch job.state {
        case .confirmed, .unconfirmed:
            // What came out is kept before anything else can go wrong.
            try await keep(job, on: visit)
            hub.emit("step", visit: visit.id, state: "print")
            return try await closePrinted(&visit, job, answering: token)
        case .failedClean(let fault):
            visit.fault = fault
            try await keep(job, on: visit)
            report(fault, visit: visit.id)
            say(nextPrompt(for: visit), visit: visit.id)
            throw fault
        case .unknown(let fault):
            // Cut off by a shutdown: the job stays `sending`, and the next start finds it so.
            if stopping { throw Fault(.visitInterrupted, "printing") }
            visit.state = .needsPerson
            visit.fault = fault
            try await keep(job, on: visit)
            report(fault, visit: visit.id)
            say(.callStaff, visit: visit.id)
            throw fault
        case .queued, .sending:
            throw Fault(.internalError, "the printer's driver left the job in \(job.state.name)")
        }
    }

    /// The visit ends; that nobody knows whether its slip came out is said to whoever stands there.
    private func closePrinted(
        _ visit: inout Visit, _ job: PrintJob?, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        let reply = try await close(&visit, printJob: job, as: .closed, answering: token)
        if job?.state == .unconfirmed { report(Fault(.printerUnconfirmed, device: "printer"), visit: visit.id) }
        return reply
    }

    private func keep(_ job: PrintJob, on visit: Visit) async throws(Fault) {
        var change = AgentChange(visit: visit)
        change.printJob = job
        try await commit(change)
    }

    private func newPrintJob(for visit: Visit) -> PrintJob {
        PrintJob(
            id: UUIDv7.make(), visit: visit.id, documentNumber: String(visit.id.suffix(12)).uppercased(),
            queuedAt: clock.stamp())
    }
}
