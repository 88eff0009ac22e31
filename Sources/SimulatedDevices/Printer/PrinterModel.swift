/// The kind of printer that is simulated.
public struct PrinterModel: Sendable, Hashable {
    /// How GET_DEVICE_ID counts its length.
    public enum DeviceIDStyle: Sendable, Hashable {
        case bigEndian
        case littleEndian
        /// A reply of six bytes, as broken firmware gives.
        case tooShort
    }

    public var name: String
    /// Dots across the printable width.
    public var dots: Int
    /// Whether it has a bulk-IN endpoint; without one it can say nothing but its port status.
    public var hasInput = true
    /// Whether GS ( H function 48 is known.
    public var hasFence = true
    /// Whether GS r is answered.
    public var answersPaperStatus = true
    /// Whether it sends nothing at all; control requests are answered.
    public var isMute = false
    /// Bytes that are taken while nothing can be printed.
    public var bufferSize = 4096
    public var deviceID = DeviceIDStyle.bigEndian
    /// Whether SOFT_RESET is known, and by which bmRequestType; nil stalls it.
    public var softResetRequestType: UInt8? = 0x21

    public init(name: String, dots: Int) {
        self.name = name
        self.dots = dots
    }

    /// 80 mm paper, 576 dots.
    public static let wide = PrinterModel(name: "Simulated receipt printer 80 mm", dots: 576)
    /// 58 mm paper, 384 dots.
    public static let narrow = PrinterModel(name: "Simulated receipt printer 58 mm", dots: 384)
}
