extension FHIR {
    /// R4 OperationOutcome: what a server has to say of a request.
    public struct OperationOutcome: ResourceBody {
        public struct Issue: Codable, Sendable, Hashable {
            /// `fatal`, `error`, `warning` or `information`.
            public let severity: String
            public let code: String
            public var diagnostics: String?
            public var expression: [String]?

            public init(severity: String, code: String, diagnostics: String? = nil, expression: [String]? = nil) {
                self.severity = severity
                self.code = code
                self.diagnostics = diagnostics
                self.expression = expression
            }
        }

        public var id: String?
        public var meta: Meta?
        public let issue: [Issue]

        public init(issue: [Issue]) { self.issue = issue }
    }
}
