import KioskModel
import KioskStore

/// A doctor's enrolled templates of one model and version; none where they were deleted.
///
/// The store seals each record to its id: here doctor, SHA-256 of the model and version of the templates. Templates
/// that are moved to another doctor, or told to be of another model, do not open.
struct EnrolledFace: Codable, Sendable {
    let doctor: DoctorID
    let model: String
    let version: Int
    let templates: [FaceTemplate]

    var id: String { Self.id(doctor, model, version) }

    static func id(_ doctor: DoctorID, _ model: String, _ version: Int) -> String { "\(doctor)/\(model)/\(version)" }
}

extension FaceEnrolment {
    static let enrolled = "face-enrolled"
    static let deleted = "face-deleted"

    static func id(_ doctor: DoctorID) -> String { "face/\(doctor)" }
    var templatesID: String { EnrolledFace.id(doctor, model, version) }
}

extension AgentChange {
    func putFaces(in change: inout StoreChange) throws(Fault) {
        for face in templates {
            try change.put(
                face, kind: .faceTemplates, id: face.id, state: face.templates.isEmpty ? "deleted" : "enrolled")
        }
        if let enrolment {
            try change.put(
                enrolment, kind: .agentState, id: FaceEnrolment.id(enrolment.doctor),
                state: enrolment.templates == 0 ? FaceEnrolment.deleted : FaceEnrolment.enrolled)
        }
    }
}

/// Reads which faces are enrolled; works without a running agent, for `kioskd inspect`.
public struct FaceReader: Sendable {
    private let store: Store

    public init(store: Store) { self.store = store }

    public func faces() async throws(Fault) -> FaceList {
        let found = try await store.values(FaceEnrolment.self, kind: .agentState, states: [FaceEnrolment.enrolled])
        return FaceList(found.sorted { $0.doctor < $1.doctor })
    }

    /// What was last enrolled or deleted for a doctor.
    func last(_ doctor: DoctorID) async throws(Fault) -> FaceEnrolment? {
        try await store.fetch(FaceEnrolment.self, kind: .agentState, id: FaceEnrolment.id(doctor))
    }

    func enrolment(_ doctor: DoctorID) async throws(Fault) -> FaceEnrolment? {
        let found = try await last(doctor)
        return found?.templates == 0 ? nil : found
    }

    /// The templates that an enrolment speaks of. Throws `storeDamaged` where they do not open or are not its own.
    func templates(of enrolment: FaceEnrolment) async throws(Fault) -> [FaceTemplate] {
        let found = try await store.fetch(EnrolledFace.self, kind: .faceTemplates, id: enrolment.templatesID)
        guard let found, found.doctor == enrolment.doctor, found.templates.count == enrolment.templates,
            found.templates.allSatisfy({ $0.model == enrolment.model && $0.version == enrolment.version })
        else { throw Fault(.storeDamaged, "the templates of \(enrolment.doctor) are not those that were enrolled") }
        return found.templates
    }
}
