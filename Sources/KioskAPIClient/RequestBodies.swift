import KioskModel

struct EmptyBody: Encodable {}

struct PINBody: Encodable {
    private enum Key: CodingKey { case pin }

    private let pin: Secret<String>?

    init(_ pin: Secret<String>?) { self.pin = pin }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try pin?.reveal { try container.encode($0, forKey: .pin) }
    }
}

struct SignBody: Encodable {
    private enum Key: CodingKey { case prescription, pin }

    private let prescription: PrescriptionID?
    private let pin: Secret<String>?

    init(_ prescription: PrescriptionID?, _ pin: Secret<String>?) {
        self.prescription = prescription
        self.pin = pin
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(prescription, forKey: .prescription)
        try pin?.reveal { try container.encode($0, forKey: .pin) }
    }
}

struct EnrolBody: Encodable {
    private enum Key: CodingKey { case pin, by }

    let pin: Secret<String>
    let by: String

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try pin.reveal { try container.encode($0, forKey: .pin) }
        try container.encode(by, forKey: .by)
    }
}

struct ReaddressBody: Encodable {
    let url: String
    let by: String
}

struct WitnessBody: Encodable {
    let by: String
}

struct ResolveBody: Encodable {
    let transaction: UInt32
    let dropped: Bool
    let by: String
}

struct ResolvePrintBody: Encodable {
    let printed: Bool
    let by: String
}
