import KioskModel

/// Turns a laid-out document into the bytes of one print job, from ESC @ to the cut.
struct DocumentEncoder: Sendable {
    let profile: PrinterProfile
    /// Draws the lines that hold what the printer's font lacks.
    var raster: LineRaster?

    /// Throws `printerError` for a QR text that can't be sent or a line that can't be drawn; `internalError` where a
    /// real-time command is found in the result, which no input may bring about.
    func encode(_ elements: [PrintElement]) throws(Fault) -> [UInt8] {
        var encoder = ESCPOSEncoder()
        var style = TextStyle.plain
        var alignment = ESCPOSEncoder.Alignment.left
        encoder.initialize()
        encoder.enableAutomaticStatus()
        encoder.chineseMode()
        encoder.lineSpacing(Self.lineSpacing)
        for element in elements {
            switch element {
            case .line(let spans, let wanted)
            where spans.contains(where: { $0.glyphs.contains(where: { $0.drawn != nil }) }):
                guard let image = raster?.dots(spans, wanted, width: profile.dots) else {
                    throw Fault(.printerError, "a line can't be drawn")
                }
                change(&alignment, to: .left, &encoder)
                encoder.raster(image.safe)
                encoder.feed(dots: Int(Self.lineSpacing) - image.height)
            case .line(let spans, let wanted):
                change(&alignment, to: wanted, &encoder)
                for span in spans where !span.glyphs.isEmpty {
                    change(&style, to: span.style, &encoder)
                    encoder.text(span.glyphs)
                }
                encoder.lineFeed()
            case .qr(let payload, let module):
                change(&alignment, to: .center, &encoder)
                try encoder.qr(payload, module: module)
            case .barcode(let text, let module):
                change(&alignment, to: .center, &encoder)
                try encoder.barcode(text, module: module)
            case .feed(let dots):
                encoder.feed(dots: dots)
            }
        }
        encoder.cut(feed: profile.cutMargin)
        guard ESCPOSEncoder.realTimeCommand(in: encoder.bytes) == nil else {
            throw Fault(.internalError, "a real-time command inside a document")
        }
        return encoder.bytes
    }

    /// The length of the paper in dots, a little more than it comes out.
    func dots(_ elements: [PrintElement]) -> Int {
        elements.reduce(Self.bladeDistance + Int(profile.cutMargin)) { $0 + Self.dots($1) }
    }

    private static func dots(_ element: PrintElement) -> Int {
        switch element {
        case .line(let spans, _): max(Int(lineSpacing), 24 * (spans.map(\.style.scale).max() ?? 1))
        case .qr(let payload, let module): module * (QRSize.modules(forBytes: payload.utf8.count) ?? 0)
        case .barcode: Int(ESCPOSEncoder.barcodeHeight) + Int(lineSpacing)
        case .feed(let dots): dots
        }
    }

    /// From the print head to the blade: 12 to 20 mm in printers of this kind.
    private static let bladeDistance = 160

    /// 24 dots of text and a third of it: legible for the elderly, and rules don't touch the text.
    private static let lineSpacing: UInt8 = 32

    private func change(
        _ current: inout ESCPOSEncoder.Alignment, to wanted: ESCPOSEncoder.Alignment, _ encoder: inout ESCPOSEncoder
    ) {
        guard current != wanted else { return }
        encoder.align(wanted)
        current = wanted
    }

    private func change(_ current: inout TextStyle, to wanted: TextStyle, _ encoder: inout ESCPOSEncoder) {
        if current.scale != wanted.scale { encoder.size(width: wanted.scale, height: wanted.scale) }
        if current.bold != wanted.bold { encoder.bold(wanted.bold) }
        if current.reversed != wanted.reversed { encoder.reversed(wanted.reversed) }
        current = wanted
    }
}
