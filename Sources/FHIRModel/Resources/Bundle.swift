extension FHIR {
    /// R4 Bundle.
    public struct Bundle: ResourceBody {
        public enum Kind: String, Codable, Sendable, Hashable {
            case transaction
            case transactionResponse = "transaction-response"
            case batch
            case batchResponse = "batch-response"
            case document, message, history, searchset, collection
        }

        public struct Request: Codable, Sendable, Hashable {
            public let method: String
            public let url: String
            public var ifMatch: String?

            public init(method: String, url: String) {
                self.method = method
                self.url = url
            }
        }

        public struct Response: Codable, Sendable, Hashable {
            /// Begins with the HTTP status: `201 Created`.
            public let status: String
            public var location: String?
            public var etag: String?
            public var outcome: Resource?

            public init(status: String, location: String? = nil, etag: String? = nil, outcome: Resource? = nil) {
                self.status = status
                self.location = location
                self.etag = etag
                self.outcome = outcome
            }
        }

        public struct Entry: Codable, Sendable, Hashable {
            public var fullUrl: String?
            public var resource: Resource?
            public var request: Request?
            public var response: Response?

            public init(
                fullUrl: String? = nil, resource: Resource? = nil, request: Request? = nil, response: Response? = nil
            ) {
                self.fullUrl = fullUrl
                self.resource = resource
                self.request = request
                self.response = response
            }
        }

        public var id: String?
        public var meta: Meta?
        public var identifier: Identifier?
        public let type: Kind
        /// instant
        public var timestamp: String?
        public var entry: [Entry]?

        public init(type: Kind, entry: [Entry]) {
            self.type = type
            self.entry = entry
        }
    }
}
