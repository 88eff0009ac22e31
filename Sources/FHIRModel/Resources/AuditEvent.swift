extension FHIR {
    /// R4 AuditEvent: face and PIN evidence, prints.
    public struct AuditEvent: ResourceBody {
        public struct Agent: Codable, Sendable, Hashable {
            public var who: Reference?
            public let requestor: Bool

            public init(who: Reference, requestor: Bool) {
                self.who = who
                self.requestor = requestor
            }
        }

        public struct Source: Codable, Sendable, Hashable {
            public var site: String?
            public let observer: Reference

            public init(observer: Reference, site: String? = nil) {
                self.observer = observer
                self.site = site
            }
        }

        /// Exactly one of the values.
        public struct Detail: Codable, Sendable, Hashable {
            public let type: String
            public var valueString: String?
            public var valueBase64Binary: String?

            public init(_ type: String, string: String) {
                self.type = type
                valueString = string
            }

            public init(_ type: String, base64: String) {
                self.type = type
                valueBase64Binary = base64
            }
        }

        public struct Entity: Codable, Sendable, Hashable {
            public var what: Reference?
            public var name: String?
            public var detail: [Detail]?

            public init(what: Reference? = nil, name: String? = nil, detail: [Detail]? = nil) {
                self.what = what
                self.name = name
                self.detail = detail
            }
        }

        public enum Outcome: String, Codable, Sendable, Hashable {
            case success = "0"
            case minorFailure = "4"
            case seriousFailure = "8"
            case majorFailure = "12"
        }

        public var id: String?
        public var meta: Meta?
        public let type: Coding
        public var subtype: [Coding]?
        /// `C`, `R`, `U`, `D` or `E`.
        public var action: String?
        /// instant
        public let recorded: String
        public var outcome: Outcome?
        public let agent: [Agent]
        public let source: Source
        public var entity: [Entity]?

        public init(type: Coding, recorded: String, agent: [Agent], source: Source) {
            self.type = type
            self.recorded = recorded
            self.agent = agent
            self.source = source
        }
    }
}
