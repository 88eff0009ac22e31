import KioskModel

/// Sets blocks into lines for one profile.
struct PageLayout: Sendable {
    /// More lines than any honest document has: a longer one is refused, not printed by the metre.
    static let maximumLines = 300

    let profile: PrinterProfile
    /// Draws what the printer's font lacks; nil leaves 〓.
    var raster: LineRaster?

    /// Throws `printerError` for a document that is too long or a QR text that can't be printed legibly.
    func elements(_ blocks: [LayoutBlock]) throws(Fault) -> [PrintElement] {
        var elements: [PrintElement] = []
        for block in blocks {
            elements += try self.elements(block)
            guard elements.count <= Self.maximumLines else {
                throw Fault(.printerError, "document longer than \(Self.maximumLines) lines")
            }
        }
        return elements
    }

    private func elements(_ block: LayoutBlock) throws(Fault) -> [PrintElement] {
        switch block {
        case .text(let text, let style, let alignment):
            return wrap(printable(text), columns(style)).map { .line([TextSpan(glyphs: $0, style: style)], alignment) }
        case .entry(let label, let value, let style):
            let glyphs = printable(value)
            return entry(label: printable(label), style, isOneWord: LineWrapper.isOneWord(glyphs)) { wrap(glyphs, $0) }
        case .phrases(let label, let phrases, let style):
            return entry(label: printable(label), style, isOneWord: false) { flow(phrases.map(printable), $0) }
        case .columns(let left, let right, let style):
            return row(left: printable(left), right: printable(right), style)
        case .rule(let weight):
            let dash = printable(weight == .heavy ? "━" : "─")
            let line = Array(repeating: dash, count: profile.columns / 2).flatMap { $0 }
            return [.line([TextSpan(glyphs: line, style: .plain)], .left)]
        case .qr(let payload):
            guard let module = QRSize.module(forBytes: payload.utf8.count, profile: profile) else {
                throw Fault(.printerError, "QR text of \(payload.utf8.count) bytes is too long for this paper")
            }
            return [.qr(payload, module: module)]
        case .barcode(let text):
            guard let module = BarcodeSize.module(for: text, profile: profile) else {
                throw Fault(.printerError, "barcode of \(text.utf8.count) bytes is too long for this paper")
            }
            return [.barcode(text, module: module)]
        case .feed(let dots):
            return [.feed(dots: dots)]
        }
    }

    private func entry(
        label: [PrinterGlyph], _ style: TextStyle, isOneWord: Bool, _ lines: (_ columns: Int) -> [[PrinterGlyph]]
    ) -> [PrintElement] {
        let indent = label.reduce(0) { $0 + $1.columns }
        let beside = (profile.columns - indent) / style.scale
        let whole = lines(columns(style))
        var hanging = beside >= 8 ? lines(beside) : []
        // A label that leaves too little room, so that a number would be torn, stands on a line of its own.
        if beside < 8 || (isOneWord && whole.count == 1 && hanging.count > 1) {
            return wrap(label, profile.columns).map { .line([TextSpan(glyphs: $0, style: .plain)], .left) }
                + whole.map { .line([TextSpan(glyphs: $0, style: style)], .right) }
        }
        if hanging.isEmpty { hanging = [[]] }
        return hanging.enumerated().map { index, glyphs in
            let lead = index == 0 ? label : Array(repeating: .space, count: indent)
            return .line([TextSpan(glyphs: lead, style: .plain), TextSpan(glyphs: glyphs, style: style)], .left)
        }
    }

    /// Phrases two spaces apart, broken between phrases first.
    private func flow(_ phrases: [[PrinterGlyph]], _ columns: Int) -> [[PrinterGlyph]] {
        var lines: [[PrinterGlyph]] = []
        for phrase in phrases where !phrase.isEmpty {
            let width = phrase.reduce(0) { $0 + $1.columns }
            if let last = lines.last, last.reduce(2, { $0 + $1.columns }) + width <= columns {
                lines[lines.count - 1] += [.space, .space] + phrase
            } else {
                lines += wrap(phrase, columns)
            }
        }
        return lines
    }

    private func row(left: [PrinterGlyph], right: [PrinterGlyph], _ style: TextStyle) -> [PrintElement] {
        let used = (left + right).reduce(0) { $0 + $1.columns }
        let gap = columns(style) - used
        guard gap >= 2 else {
            return wrap(left, columns(style)).map { .line([TextSpan(glyphs: $0, style: style)], .left) }
                + wrap(right, columns(style)).map { .line([TextSpan(glyphs: $0, style: style)], .right) }
        }
        let glyphs = left + Array(repeating: .space, count: gap) + right
        return [.line([TextSpan(glyphs: glyphs, style: style)], .left)]
    }

    private func columns(_ style: TextStyle) -> Int { profile.columns / style.scale }

    private func wrap(_ glyphs: [PrinterGlyph], _ columns: Int) -> [[PrinterGlyph]] {
        LineWrapper(columns: columns).lines(glyphs)
    }

    private func printable(_ text: String) -> [PrinterGlyph] {
        PrintableText(text, for: profile.glyphs, raster: raster).glyphs
    }
}
