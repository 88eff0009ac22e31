import Foundation

extension FHIR {
    /// R4 Coding.
    public struct Coding: Codable, Sendable, Hashable {
        public var system: String?
        public var code: String?
        public var display: String?

        public init(system: String? = nil, code: String? = nil, display: String? = nil) {
            self.system = system
            self.code = code
            self.display = display
        }
    }

    /// R4 CodeableConcept.
    public struct CodeableConcept: Codable, Sendable, Hashable {
        public var coding: [Coding]?
        public var text: String?

        public init(coding: [Coding]? = nil, text: String? = nil) {
            self.coding = coding
            self.text = text
        }
    }

    /// R4 Identifier.
    public struct Identifier: Codable, Sendable, Hashable {
        public var system: String?
        public var value: String?

        public init(system: String, value: String) {
            self.system = system
            self.value = value
        }
    }

    /// R4 Reference: to a resource by URL, or to something known only by an identifier.
    public struct Reference: Codable, Sendable, Hashable {
        public var reference: String?
        public var type: String?
        public var identifier: Identifier?
        public var display: String?

        public init(_ reference: String) { self.reference = reference }

        public init(type: String, identifier: Identifier, display: String? = nil) {
            self.type = type
            self.identifier = identifier
            self.display = display
        }
    }

    /// R4 Period; both ends are dateTimes.
    public struct Period: Codable, Sendable, Hashable {
        public var start: String?
        public var end: String?

        public init(start: String?, end: String? = nil) {
            self.start = start
            self.end = end
        }
    }

    /// R4 Quantity, and Duration, which has the same elements.
    public struct Quantity: Codable, Sendable, Hashable {
        public var value: Decimal?
        public var unit: String?
        public var system: String?
        public var code: String?

        public init(value: Decimal, unit: String, system: String? = nil, code: String? = nil) {
            self.value = value
            self.unit = unit
            self.system = system
            self.code = code
        }

        public static let ucum = "http://unitsofmeasure.org"
    }

    /// R4 Meta without what the server sets.
    public struct Meta: Codable, Sendable, Hashable {
        public var versionId: String?
        public var tag: [Coding]?

        public init(tag: [Coding]?) { self.tag = tag }
    }

    /// R4 Extension with the value types that the kiosk uses.
    public struct Extension: Codable, Sendable, Hashable {
        public let url: String
        public var valueCode: String?
        public var valueInteger: Int?

        public init(url: String, code: String? = nil, integer: Int? = nil) {
            self.url = url
            valueCode = code
            valueInteger = integer
        }
    }
}
