extension FHIR {
    /// R4 DetectedIssue: what one rule said of a prescription.
    public struct DetectedIssue: ResourceBody {
        public enum Status: String, Codable, Sendable, Hashable {
            case registered, preliminary, final, amended, corrected, cancelled, unknown
            case enteredInError = "entered-in-error"
        }

        public var id: String?
        public var meta: Meta?
        public var `extension`: [Extension]?
        public let status: Status
        public var code: CodeableConcept?
        /// `high`, `moderate` or `low`.
        public var severity: String?
        public var patient: Reference?
        public var identifiedDateTime: String?
        public var author: Reference?
        public var implicated: [Reference]?
        public var detail: String?

        public init(status: Status) { self.status = status }
    }
}
