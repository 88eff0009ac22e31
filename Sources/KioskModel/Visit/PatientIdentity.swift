/// Who the patient is, as their card says it. Never logged; stored only sealed.
public struct PatientIdentity: Codable, Sendable, Hashable {
    public enum Sex: String, Codable, Sendable, Hashable { case male, female, unknown }

    /// The kinds of card that a patient can use.
    public enum CardKind: String, Codable, Sendable, Hashable { case socialSecurity, residentID }

    public let cardKind: CardKind
    /// The social security card's own number (EF05 record 07); empty for a resident ID card.
    public let cardNumber: String
    /// The citizen's number (GB 11643).
    public let number: String
    public let name: String
    public let sex: Sex
    /// ISO 8601 date, `1990-01-31`, or nil where the card holds no valid one.
    public let birthDate: String?

    public init(
        cardKind: CardKind, cardNumber: String, number: String, name: String, sex: Sex, birthDate: String?
    ) {
        self.cardKind = cardKind
        self.cardNumber = cardNumber
        self.number = number
        self.name = name
        self.sex = sex
        self.birthDate = birthDate
    }

    /// The name for screens that others may see: the family name, the rest as circles.
    public var maskedName: String {
        guard let first = name.first else { return "" }
        return String(first) + String(repeating: "○", count: max(1, name.count - 1))
    }
}

extension PatientIdentity: CustomStringConvertible, CustomReflectable {
    public var description: String { "<patient>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
