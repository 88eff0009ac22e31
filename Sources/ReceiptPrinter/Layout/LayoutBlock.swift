/// How a piece of text looks.
struct TextStyle: Sendable, Hashable {
    var bold = false
    /// 1 or 2: both width and height.
    var scale = 1
    /// White on black.
    var reversed = false

    static let plain = TextStyle()
    static let bold = TextStyle(bold: true)
    static let large = TextStyle(bold: true, scale: 2)
    static let banner = TextStyle(bold: true, scale: 2, reversed: true)
}

/// What a document is made of, before a line length is known.
enum LayoutBlock: Sendable, Hashable {
    enum Weight: Sendable, Hashable { case thin, heavy }

    case text(String, TextStyle, ESCPOSEncoder.Alignment)
    /// A label, and a value that wraps under its own beginning.
    case entry(label: String, value: String, TextStyle)
    /// A label, and phrases that stay whole where they fit into a line: `每日三次` is not torn.
    case phrases(label: String, [String], TextStyle)
    /// Two texts at the two margins; on two lines where one is too short for both.
    case columns(left: String, right: String, TextStyle)
    case rule(Weight)
    case qr(String)
    /// Code 128.
    case barcode(String)
    case feed(dots: Int)
}

/// A run of glyphs in one style.
struct TextSpan: Sendable, Hashable {
    var glyphs: [PrinterGlyph]
    let style: TextStyle
}

/// What the encoder prints, in order.
enum PrintElement: Sendable, Hashable {
    case line([TextSpan], ESCPOSEncoder.Alignment)
    case qr(String, module: Int)
    case barcode(String, module: Int)
    case feed(dots: Int)
}
