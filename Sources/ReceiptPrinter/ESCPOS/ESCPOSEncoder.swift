import KioskModel

/// Builds ESC/POS command bytes. Text comes in as `PrintableText` glyphs only, so no user byte is ever a command.
struct ESCPOSEncoder: Sendable {
    enum Alignment: UInt8, Sendable { case left, center, right }

    /// Dots of a barcode's bars, without the text under them.
    static let barcodeHeight: UInt8 = 64

    private(set) var bytes: [UInt8] = []

    /// ESC @: clears the line buffer and all settings.
    mutating func initialize() { bytes += [0x1B, 0x40] }

    /// FS &: two- and four-byte characters are GB18030.
    mutating func chineseMode() { bytes += [0x1C, 0x26] }

    mutating func align(_ alignment: Alignment) { bytes += [0x1B, 0x61, alignment.rawValue] }

    mutating func bold(_ on: Bool) { bytes += [0x1B, 0x45, on ? 1 : 0] }

    /// GS B: white on black.
    mutating func reversed(_ on: Bool) { bytes += [0x1D, 0x42, on ? 1 : 0] }

    /// GS !: character size; each factor 1...8.
    mutating func size(width: Int, height: Int) {
        bytes += [0x1D, 0x21, UInt8(min(max(width, 1), 8) - 1) << 4 | UInt8(min(max(height, 1), 8) - 1)]
    }

    /// ESC 3: dots from line to line.
    mutating func lineSpacing(_ dots: UInt8) { bytes += [0x1B, 0x33, dots] }

    mutating func text(_ glyphs: some Sequence<PrinterGlyph>) {
        for glyph in glyphs { bytes += glyph.bytes }
    }

    /// GS v 0: a picture at the left margin, one dot a bit. The line before it must have ended.
    mutating func raster(_ image: RasterImage) {
        let sizes = [image.bytesPerRow, image.height].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8 & 0xFF)] }
        bytes += [0x1D, 0x76, 0x30, 0] + sizes + image.bytes
    }

    mutating func lineFeed() { bytes.append(0x0A) }

    /// ESC J: prints the line and feeds; more than 255 dots take several commands.
    mutating func feed(dots: Int) {
        var left = max(0, dots)
        while left > 0 {
            let step = min(left, 255)
            bytes += [0x1B, 0x4A, UInt8(step)]
            left -= step
        }
    }

    /// GS ( k: stores and prints a QR code (model 2, level M). `module`: 1...16 dots.
    ///
    /// Throws `printerError` for text that is empty, longer than 900 bytes, or has control characters: raw bytes could
    /// hold a real-time command, and so could the length itself (1037 data bytes give `10 04`).
    mutating func qr(_ payload: String, module: Int) throws(Fault) {
        let data = Array(payload.utf8)
        guard !data.isEmpty, data.count <= 900, data.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw Fault(.printerError, "QR text empty, too long or with control characters")
        }
        let length = data.count + 3
        bytes += [0x1D, 0x28, 0x6B, 0x04, 0x00, 0x31, 0x41, 0x32, 0x00]
        bytes += [0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x43, UInt8(min(max(module, 1), 16))]
        bytes += [0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x45, 0x31]
        bytes += [0x1D, 0x28, 0x6B, UInt8(length & 0xFF), UInt8(length >> 8), 0x31, 0x50, 0x30] + data
        bytes += [0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x51, 0x30]
    }

    /// GS k 73: Code 128, code set B, 64 dots high, its text under it (GS H 2). `module`: 2...6 dots.
    ///
    /// Throws `printerError` for text that is empty, longer than 80 bytes or no printable ASCII. Braces begin commands
    /// of the symbology and are doubled.
    mutating func barcode(_ text: String, module: Int) throws(Fault) {
        let data = Array(text.utf8)
        guard !data.isEmpty, data.count <= 80, data.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw Fault(.printerError, "barcode text empty, too long or not ASCII")
        }
        let body = Array("{B".utf8) + data.flatMap { $0 == UInt8(ascii: "{") ? [$0, $0] : [$0] }
        bytes += [0x1D, 0x68, Self.barcodeHeight, 0x1D, 0x77, UInt8(min(max(module, 2), 6)), 0x1D, 0x48, 2]
        bytes += [0x1D, 0x6B, 73, UInt8(clamping: body.count)] + body
    }

    /// GS V 66: feeds to the blade plus `feed` dots and cuts, leaving one point.
    mutating func cut(feed: UInt8 = 0) { bytes += [0x1D, 0x56, 0x42, feed] }

    /// GS a: automatic status on changes of online state, errors and paper.
    mutating func enableAutomaticStatus() { bytes += [0x1D, 0x61, 0x0E] }

    /// GS ( H function 48: asks for an answer when all before it has been printed.
    mutating func fence(_ id: FenceID) { bytes += [0x1D, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30] + id.bytes }

    /// GS r 1: asks for the paper status when all before it has been processed.
    mutating func paperStatus() { bytes += [0x1D, 0x72, 0x01] }

    /// Where a real-time command (DLE EOT, DLE ENQ, DLE DC4) stands in some bytes, or nil.
    static func realTimeCommand(in bytes: [UInt8]) -> Int? {
        zip(bytes, bytes.dropFirst()).enumerated().first { pair in
            pair.element.0 == 0x10 && [0x04, 0x05, 0x14].contains(pair.element.1)
        }?.offset
    }
}

/// Commands that the printer obeys on reception, ahead of what waits in its buffer; sent alone, never inside data.
enum RealTimeCommand {
    /// DLE EOT n; n = 1 printer, 2 offline cause, 3 error cause, 4 paper.
    static func status(_ n: UInt8) -> [UInt8] { [0x10, 0x04, n] }
    /// DLE ENQ 2: recover from an error, dropping the buffers.
    static let recover: [UInt8] = [0x10, 0x05, 0x02]
    /// DLE DC4 function 8: clear the receive and print buffers.
    static let clearBuffers: [UInt8] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08]
}
