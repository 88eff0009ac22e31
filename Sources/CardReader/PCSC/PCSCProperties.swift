/// What a reader's driver tells of the reader (PC/SC part 10 section 2.6.14, FEATURE_GET_TLV_PROPERTIES).
struct PCSCProperties: Sendable, Hashable {
    /// The longest command data that goes through, bytes; 0 for the short form alone, nil where the driver doesn't say.
    let maximumData: UInt32?

    var takesExtendedAPDU: Bool { maximumData.map { $0 > 256 } ?? false }

    /// CM_IOCTL_GET_FEATURE_REQUEST, SCARD_CTL_CODE(3400): which control codes a driver has (section 2.2).
    static let featureRequest: UInt = 0x4200_0000 + 3400
    private static let propertiesFeature: UInt8 = 0x12
    private static let maximumDataTag: UInt8 = 0x0A

    /// The control code that asks for the properties, by the driver's list of features; nil where it has none.
    static func request(in features: [UInt8]) -> UInt? {
        value(propertiesFeature, in: features).map { $0.reduce(0) { $0 << 8 | UInt($1) } }
    }

    init(parsing properties: [UInt8]) {
        // Unlike the control codes, numbers are little-endian here.
        maximumData = Self.value(Self.maximumDataTag, in: properties)
            .map { $0.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
    }

    /// A four-byte value by its tag; a list that is cut ends there.
    private static func value(_ wanted: UInt8, in list: [UInt8]) -> ArraySlice<UInt8>? {
        var rest = list[...]
        while let tag = rest.popFirst(), let length = rest.popFirst(), rest.count >= Int(length) {
            let value = rest.prefix(Int(length))
            if tag == wanted { return length == 4 ? value : nil }
            rest = rest.dropFirst(Int(length))
        }
        return nil
    }
}
