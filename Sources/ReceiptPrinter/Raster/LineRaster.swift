import GlyphRaster
import KioskPlatform
import Synchronization

/// Draws the lines that a printer's own font can't print, with a font of this machine, dot for dot in the same cells.
///
/// Safe to use from any thread: FreeType's face is used by one at a time.
public final class LineRaster: Sendable {
    private let renderer: Mutex<GlyphRenderer>

    /// Nil where no font is installed: characters that the printer lacks are then 〓.
    public init?() {
        guard let renderer = try? GlyphRenderer() else { return nil }
        self.renderer = Mutex(renderer)
    }

    /// How wide a character is, in half-width columns; nil where this font lacks it.
    ///
    /// A character of several scalars needs shaping, which is not done here.
    func columns(of character: Character) -> Int? {
        guard character.unicodeScalars.count == 1, let scalar = character.unicodeScalars.first,
            Self.isVisible(scalar), !Self.needsShaping(scalar), renderer.withLock({ $0.hasGlyph(scalar) })
        else { return nil }
        // From the radicals of CJK on, everything that the fonts have is a full square.
        return scalar.value >= 0x2E80 ? 2 : 1
    }

    /// Fonts have glyphs even for control characters; each issuer means something of its own by a private one.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// Scripts whose letters change by their neighbours or stand right to left; drawn one by one they would mislead.
    private static func needsShaping(_ scalar: Unicode.Scalar) -> Bool {
        (0x0590...0x109F).contains(scalar.value) || (0x1780...0x18AF).contains(scalar.value)
            || (0xFB1D...0xFDFF).contains(scalar.value) || (0xFE70...0xFEFC).contains(scalar.value)
    }

    /// A line as black and white dots across the whole paper: bytes by rows, the left dot in the highest bit.
    ///
    /// Nil where FreeType fails.
    func dots(_ spans: [TextSpan], _ alignment: ESCPOSEncoder.Alignment, width: Int) -> RasterImage? {
        let height = GlyphRenderer.cell * (spans.map(\.style.scale).max() ?? 1)
        let used = spans.reduce(0) { $0 + Self.width(of: $1) }
        let margin = max(0, width - used)
        var x = alignment == .left ? 0 : alignment == .center ? margin / 2 : margin
        var image = RasterImage(width: width, height: height)
        for span in spans {
            for glyph in span.glyphs {
                let cell = glyph.columns * GlyphRenderer.cell / 2 * span.style.scale
                guard let bitmap = bitmap(of: glyph, span.style) else { return nil }
                // Characters stand on the same line below, as the printer sets them.
                image.draw(
                    bitmap, x: x, y: height - GlyphRenderer.cell * span.style.scale, reversed: span.style.reversed)
                x += cell
            }
        }
        return image
    }

    private static func width(of span: TextSpan) -> Int {
        span.glyphs.reduce(0) { $0 + $1.columns } * GlyphRenderer.cell / 2 * span.style.scale
    }

    private func bitmap(of glyph: PrinterGlyph, _ style: TextStyle) -> GlyphBitmap? {
        let text = glyph.drawn.map(String.init) ?? TextEncoding.gb18030.decode(glyph.bytes)
        guard let scalar = text?.unicodeScalars.first else { return nil }
        return renderer.withLock { renderer in
            try? renderer.render(
                scalar, columns: glyph.columns, widthFactor: style.scale, heightFactor: style.scale, bold: style.bold)
        }
    }
}
