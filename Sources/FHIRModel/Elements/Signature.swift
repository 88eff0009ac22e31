extension FHIR {
    /// R4 Signature.
    public struct Signature: Codable, Sendable, Hashable {
        public let type: [Coding]
        /// instant
        public let when: String
        public let who: Reference
        public var targetFormat: String?
        /// `application/jose` for a JWS.
        public let sigFormat: String
        /// base64Binary
        public let data: String

        public init(type: [Coding], when: String, who: Reference, sigFormat: String, data: String) {
            self.type = type
            self.when = when
            self.who = who
            self.sigFormat = sigFormat
            self.data = data
        }
    }
}
