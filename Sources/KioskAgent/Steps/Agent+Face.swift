import KioskCrypto
import KioskModel

extension Agent {
    public func faces() async throws(Fault) -> FaceList { try await FaceReader(store: store).faces() }

    public func faceQuality() async throws(Fault) -> FaceQuality {
        try await scanning { () async throws(Fault) in try await parts.face.look(timeLimit: Self.lookTime) }
    }

    /// Runs one look through the camera. A second one meanwhile is refused: it is no attempt and opens no PIN way.
    func scanning<Value: Sendable>(_ body: () async throws(Fault) -> Value) async throws(Fault) -> Value {
        guard !isScanning else {
            throw Fault(.visitWrongState, "another face scan is under way", device: "camera")
        }
        isScanning = true
        defer { isScanning = false }
        return try await body()
    }

    public func enrolFace(
        _ doctor: DoctorID, pin: Secret<String>, by witness: FaceWitness, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.enrol(doctor, pin: pin, by: witness, answering: token)
        }
    }

    public func deleteFace(
        _ doctor: DoctorID, by witness: FaceWitness, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.delete(doctor, by: witness, answering: token)
        }
    }

    /// Seconds that a look for the quality may take.
    private static let lookTime = 3.0
    /// Templates that one enrolment asks for at the most.
    private static let mostTemplates = 5
    /// The least that it must give; a laboratory enrols from two photographs.
    private var leastTemplates: Int { configuration.isProduction ? 3 : 2 }

    /// The doctor proves who they are by card and PIN, the witness by the terminal that they are allowed to use.
    private func enrol(
        _ doctor: DoctorID, pin: Secret<String>, by witness: FaceWitness, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await refuseSimulatedCamera()
        try await admitAgain(doctor, pin: pin)
        let reply: Result<StoredReply, Fault>
        do throws(Fault) {
            reply = .success(try await capture(doctor, by: witness, answering: token))
        } catch {
            reply = .failure(error)
        }
        // A card that was unlocked for the enrolment alone is not left ready to sign.
        if session == nil { await parts.doctorReader.lock() }
        // Nobody looks into the camera any more, whatever came of it.
        await invite()
        return try reply.get()
    }

    func capture(
        _ doctor: DoctorID, by witness: FaceWitness, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        say(.lookAtCamera)
        let templates = try await scanning { () async throws(Fault) in
            try await parts.face.capture(
                count: Self.mostTemplates, timeLimit: max(configuration.faceTimeLimit, 10)
            ) { [hub] prompt in hub.emit("prompt", prompt: prompt) }
        }
        // By then the session has told from which camera they came.
        try await refuseSimulatedCamera()
        guard templates.count >= leastTemplates, let first = templates.first,
            templates.allSatisfy({ $0.model == first.model && $0.version == first.version })
        else {
            throw Fault(
                .faceTimeout, "\(templates.count) good pictures; \(leastTemplates) are needed", device: "camera")
        }
        try await refuseFaceOfAnother(templates, doctor)
        // The scan takes seconds: whoever stood there must still be the one whose card is in the reader.
        guard await parts.doctorReader.isUnlocked() else { throw Fault(.doctorCardAbsent, device: "doctor-reader") }
        let enrolment = FaceEnrolment(
            doctor: doctor, model: first.model, version: first.version, templates: templates.count, at: clock.stamp(),
            by: witness)
        var change = AgentChange()
        change.enrolment = enrolment
        change.templates = [
            EnrolledFace(doctor: doctor, model: first.model, version: first.version, templates: templates)
        ]
        if let earlier = try await FaceReader(store: store).enrolment(doctor),
            earlier.templatesID != enrolment.templatesID
        {
            change.templates.append(.init(emptying: earlier))
        }
        var ladder = try await faceLadder(doctor)
        ladder.notePIN(at: clock.stamp())
        change.ladder = (doctor, ladder)
        let reply = try await answer(enrolment, change, token)
        logger.notice("face of \(doctor) enrolled, witness uid \(witness.user)")
        hub.emit("device", state: "face enrolled")
        return reply
    }

    /// Who is enrolled for one doctor can't sign as another.
    private func refuseFaceOfAnother(_ templates: [FaceTemplate], _ doctor: DoctorID) async throws(Fault) {
        let policy = try parts.facePolicy.get()
        guard let face = Embedding.mean(templates.map(\.embedding)) else {
            throw Fault(.faceServiceDown, "the templates contradict each other", device: "camera")
        }
        let reader = FaceReader(store: store)
        for other in try await reader.faces().faces
        where other.doctor != doctor && other.model == templates.first?.model {
            // Damaged templates of another doctor can't be compared; they are no reason to refuse this one.
            guard let enrolled = try? await reader.templates(of: other),
                let known = Embedding.mean(enrolled.map(\.embedding)),
                let similarity = Embedding.similarity(face, known)
            else { continue }
            guard similarity < policy.threshold else { throw Fault(.faceOfAnotherDoctor, device: "camera") }
        }
    }

    private func refuseSimulatedCamera() async throws(Fault) {
        guard configuration.isProduction else { return }
        let camera = await parts.face.status()
        guard !camera.simulated else { throw Fault(.faceCameraRefused, "simulated camera", device: "camera") }
        if let fault = camera.fault { throw fault }
    }

    private func delete(
        _ doctor: DoctorID, by witness: FaceWitness, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        // Deleted before: asked again, the proof is given again.
        guard let enrolled = try await FaceReader(store: store).last(doctor) else {
            throw Fault(.apiNotFound, "no face was ever enrolled for this doctor")
        }
        let now = clock.stamp()
        try await commit(
            .with {
                $0.templates = [.init(emptying: enrolled)]
                $0.enrolment = FaceEnrolment(
                    doctor: doctor, model: enrolled.model, version: enrolled.version, templates: 0, at: now, by: witness
                )
            })
        let isScrubbed = try await store.scrub()
        let end = try await store.auditEnd()
        let proof = FaceDeletion(
            doctor: doctor, templates: enrolled.templates, at: now, by: witness, link: end.sequence, hash: end.hash,
            isScrubbed: isScrubbed)
        logger.notice("face of \(doctor) deleted, witness uid \(witness.user), audit link \(end.sequence)")
        hub.emit("device", state: "face deleted")
        return try await answer(proof, AgentChange(), token)
    }
}

extension EnrolledFace {
    /// What takes the place of templates that must go.
    fileprivate init(emptying enrolment: FaceEnrolment) {
        self.init(doctor: enrolment.doctor, model: enrolment.model, version: enrolment.version, templates: [])
    }
}
