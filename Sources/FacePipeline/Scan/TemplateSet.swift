import KioskModel

/// The enrolled templates of one doctor, checked: of this embedder, of this version, of length 1.
struct TemplateSet {
    /// The version of templates that this pipeline makes: embedding with the mirror image's added, length 1.
    static let version = 1

    /// Their mean, scaled to length 1.
    let mean: [Float]

    /// Throws `faceNotEnrolled`.
    init(_ templates: [FaceTemplate], embedder: String, size: Int) throws(Fault) {
        guard !templates.isEmpty else { throw Fault(.faceNotEnrolled, "no template") }
        for template in templates {
            guard template.model == embedder else {
                throw Fault(.faceNotEnrolled, "a template is of another model: enrol again")
            }
            guard template.version == Self.version else {
                throw Fault(.faceNotEnrolled, "a template is of version \(template.version): enrol again")
            }
            guard Embedding.isUnit(template.embedding, count: size) else {
                throw Fault(.faceNotEnrolled, "a template is damaged: enrol again")
            }
        }
        guard let mean = Embedding.mean(templates.map(\.embedding)) else {
            throw Fault(.faceNotEnrolled, "the templates contradict each other: enrol again")
        }
        self.mean = mean
    }
}
