/// What a model of printer can do: data, never a branch by model name in the driver.
public struct PrinterProfile: Sendable, Hashable {
    /// The characters that the printer's own font draws; all others are printed as 〓.
    public enum Glyphs: String, Sendable, Hashable {
        /// The one- and two-byte characters of GB18030.
        case gbk
        /// Those and the four-byte ideographs of CJK extension A (GB18030-2000).
        case gb18030
    }

    /// Whether the completion fence (GS ( H function 48) may be asked for.
    public enum Fence: String, Sendable, Hashable {
        /// Asked once for each connection.
        case probe
        /// Known to be absent, or to be printed as text.
        case absent
    }

    public let name: String
    /// The paper's width in millimetres.
    public let paper: Int
    /// Dots across the printable width; 8 dots a millimetre.
    public let dots: Int
    /// Half-width characters (12 dots) in a line.
    public let columns: Int
    public let glyphs: Glyphs
    public let fence: Fence
    /// Whether DLE DC4 function 8 (clear buffers) is understood.
    public let clearsInRealTime: Bool
    /// The largest QR module, in dots.
    public let qrModule: Int
    /// Dots fed past the blade position before the cut.
    public let cutMargin: UInt8

    public init(
        name: String, paper: Int, dots: Int, columns: Int, glyphs: Glyphs, fence: Fence, clearsInRealTime: Bool,
        qrModule: Int, cutMargin: UInt8
    ) {
        self.name = name
        self.paper = paper
        self.dots = dots
        self.columns = columns
        self.glyphs = glyphs
        self.fence = fence
        self.clearsInRealTime = clearsInRealTime
        self.qrModule = qrModule
        self.cutMargin = cutMargin
    }

    /// An 80 mm printer of the common kind: 576 dots, 48 columns.
    public static let generic80 = PrinterProfile(
        name: "generic-80", paper: 80, dots: 576, columns: 48, glyphs: .gb18030, fence: .probe,
        clearsInRealTime: false, qrModule: 6, cutMargin: 24)

    /// A 58 mm printer of the common kind: 384 dots, 32 columns.
    public static let generic58 = PrinterProfile(
        name: "generic-58", paper: 58, dots: 384, columns: 32, glyphs: .gb18030, fence: .probe,
        clearsInRealTime: false, qrModule: 5, cutMargin: 24)

    /// The same for printers that put the question for completion on the paper as text.
    public static let noFence80 = PrinterProfile(
        name: "no-fence-80", paper: 80, dots: 576, columns: 48, glyphs: .gb18030, fence: .absent,
        clearsInRealTime: false, qrModule: 6, cutMargin: 24)

    public static let noFence58 = PrinterProfile(
        name: "no-fence-58", paper: 58, dots: 384, columns: 32, glyphs: .gb18030, fence: .absent,
        clearsInRealTime: false, qrModule: 5, cutMargin: 24)

    /// An 80 mm printer that follows Epson's TM series, with its real-time buffer clear.
    public static let epson80 = PrinterProfile(
        name: "epson-80", paper: 80, dots: 576, columns: 48, glyphs: .gb18030, fence: .probe, clearsInRealTime: true,
        qrModule: 6, cutMargin: 24)

    /// The same with 58 mm paper, on which the TM-T20III has 420 dots: 35 columns.
    public static let epson58 = PrinterProfile(
        name: "epson-58", paper: 58, dots: 420, columns: 35, glyphs: .gb18030, fence: .probe, clearsInRealTime: true,
        qrModule: 5, cutMargin: 24)

    /// Every profile that `[devices.printer] profile` may name.
    public static let all = [generic80, generic58, noFence80, noFence58, epson80, epson58]

    public static func named(_ name: String) -> PrinterProfile? { all.first { $0.name == name } }
}
