extension FHIR {
    /// R4 Binary: bytes that nothing may render again.
    public struct Binary: ResourceBody {
        public var id: String?
        public var meta: Meta?
        public let contentType: String
        /// base64Binary
        public var data: String?

        public init(contentType: String, data: String) {
            self.contentType = contentType
            self.data = data
        }
    }
}
