/// What a simulated CCID reader says of itself in its descriptors.
public struct SimulatedReaderOptions: Sendable, Hashable {
    /// dwFeatures, bits 16 to 18 (USB CCID 1.1 table 5.1-1).
    public enum Exchange: UInt32, Sendable, Hashable {
        case character = 0
        case tpdu = 0x10000
        case shortAPDU = 0x20000
        case extendedAPDU = 0x40000
    }

    public var exchange = Exchange.shortAPDU
    public var hasAutomaticVoltage = true
    /// bVoltageSupport: 1 for 5 V, 2 for 3 V, 4 for 1.8 V.
    public var voltages: UInt8 = 7
    /// One to four.
    public var slots = 1
    /// Automatic parameters by ATR, negotiation and PPS.
    public var hasAutomaticParameters = true
    /// Whether it has the interrupt endpoint that tells of insertions.
    public var hasInterruptEndpoint = true
    /// dwMaxCCIDMessageLength.
    public var maximumMessageLength: UInt32 = 271
    /// The class descriptor is cut to so many bytes.
    public var classDescriptorLength = 54
    /// By default a test id of pid.codes, which no product has.
    public var vendorID: UInt16 = 0x1209
    public var productID: UInt16 = 0x0001
    public var product = "Simulated CCID reader"
    public var serial = "LAB-READER-1"

    public init() {}

    var features: UInt32 {
        // Automatic activation, clock and baud rate are common to all.
        var features: UInt32 = 0x30 | exchange.rawValue
        if hasAutomaticVoltage { features |= 0x08 }
        if hasAutomaticParameters { features |= 0x02 | 0x80 }
        return features
    }
}
