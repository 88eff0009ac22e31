/// Who stood by when a doctor was enrolled or their templates were deleted: the second person.
public struct FaceWitness: Codable, Sendable, Hashable {
    /// As they gave it.
    public let name: String
    /// The Unix user of the terminal, by the kernel's word.
    public let user: UInt32

    public init(name: String, user: UInt32) {
        self.name = name
        self.user = user
    }
}

/// That a doctor's face is enrolled, without anything biometric.
public struct FaceEnrolment: Codable, Sendable, Hashable {
    public let doctor: DoctorID
    /// SHA-256 of the embedding model, hex, and the templates' version: only templates of both are compared.
    public let model: String
    public let version: Int
    /// How many templates there are; 0 where they were deleted.
    public let templates: Int
    public let at: Stamp
    public let by: FaceWitness

    public init(doctor: DoctorID, model: String, version: Int, templates: Int, at: Stamp, by: FaceWitness) {
        self.doctor = doctor
        self.model = model
        self.version = version
        self.templates = templates
        self.at = at
        self.by = by
    }
}

/// The doctors whose faces are enrolled.
public struct FaceList: Codable, Sendable, Hashable {
    public var schema = 1
    public let faces: [FaceEnrolment]

    public init(_ faces: [FaceEnrolment]) { self.faces = faces }
}

/// The proof that a doctor's templates are gone: what was overwritten, and the audit link that says so.
public struct FaceDeletion: Codable, Sendable, Hashable {
    public var schema = 1
    public let doctor: DoctorID
    /// Templates that were there, of all models.
    public let templates: Int
    public let at: Stamp
    public let by: FaceWitness
    /// Number and hash (hex) of the audit chain's last link once the deletion was in it.
    public let link: Int64
    public let hash: String
    /// Whether the old pages were overwritten in the database and its log was emptied; a flash medium may still hold
    /// copies of what was sealed.
    public let isScrubbed: Bool

    public init(
        doctor: DoctorID, templates: Int, at: Stamp, by: FaceWitness, link: Int64, hash: String, isScrubbed: Bool
    ) {
        self.doctor = doctor
        self.templates = templates
        self.at = at
        self.by = by
        self.link = link
        self.hash = hash
        self.isScrubbed = isScrubbed
    }
}
