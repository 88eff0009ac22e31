import GlyphRaster
import KioskPlatform

/// The print head of the simulated printer: settings, the line being filled, the page being fed.
///
/// Belongs to one printer's thread.
final class PrintEngine {
    /// A page as the mechanism lets it go.
    struct Page {
        let raster: PageRaster
        let text: String
        let qrPayloads: [String]
        let barcodes: [String]
        let overlongLines: Int
        let missingGlyphs: Int
    }

    private struct Settings {
        var chinese = false
        var alignment: UInt8 = 0
        var bold = false
        var underline = false
        var reversed = false
        var widthFactor = 1
        var heightFactor = 1
        var lineSpacing = 30
        var barcodeHeight = 162
        var barcodeModule = 3
        var barcodeText: UInt8 = 0
        var qrModule = 3
        var qrLevel: UInt8 = 0
        var qrData: [UInt8] = []
    }

    private struct Item {
        let bitmap: GlyphBitmap
        let x: Int
        let reversed: Bool
        let underline: Bool
    }

    private let width: Int
    private let glyphs: GlyphRenderer
    private var settings = Settings()
    private var line: [Item] = []
    private var lineText = ""
    private var lineWidth = 0
    private var page: PageRaster
    private var text: [String] = []
    private var qrPayloads: [String] = []
    private var barcodes: [String] = []
    private var overlongLines = 0
    private var missingGlyphs = 0
    /// What was wrong with the commands, in order.
    private(set) var errors: [String] = []

    init(width: Int, glyphs: GlyphRenderer) {
        self.width = width
        self.glyphs = glyphs
        page = PageRaster(width: width)
    }

    var takesChinese: Bool { settings.chinese }

    func record(_ error: String) {
        // A flood of nonsense must not fill the memory.
        if errors.count < 1000 { errors.append(error) }
    }

    /// Forgets the settings and the line that is not printed yet; what is on paper stays.
    func initialize() {
        settings = Settings()
        dropLine()
    }

    /// Ends the page; nil where nothing is on it.
    func takePage() -> Page? {
        defer {
            page = PageRaster(width: width)
            text = []
            qrPayloads = []
            barcodes = []
            overlongLines = 0
            missingGlyphs = 0
        }
        if page.isOverlong { record("page longer than \(PageRaster.maximumHeight) dots") }
        guard page.hasInk else { return nil }
        return Page(
            raster: page, text: text.joined(separator: "\n"), qrPayloads: qrPayloads, barcodes: barcodes,
            overlongLines: overlongLines, missingGlyphs: missingGlyphs)
    }

    /// Carries out a command that only concerns paper. Throws where FreeType fails.
    func execute(_ command: PrinterCommand) throws(SimulatedPrinterError) {
        switch command {
        case .initialize: initialize()
        case .text(let bytes): try type(bytes)
        case .lineFeed: printLine(feeding: settings.lineSpacing)
        case .feedDots(let dots): printLine(feeding: Int(dots))
        case .feedLines(let lines): printLine(feeding: Int(lines) * settings.lineSpacing)
        case .cut:
            if !line.isEmpty { record("cut in the middle of a line") }
        case .chinese(let on): settings.chinese = on
        case .align(let alignment): align(alignment)
        case .bold(let on): settings.bold = on
        case .underline(let dots): settings.underline = dots & 3 != 0
        case .reversed(let on): settings.reversed = on
        case .size(let factors):
            settings.widthFactor = Int(factors >> 4 & 7) + 1
            settings.heightFactor = Int(factors & 7) + 1
        case .lineSpacing(let dots): settings.lineSpacing = dots.map(Int.init) ?? 30
        case .barcodeHeight(let dots): settings.barcodeHeight = max(1, Int(dots))
        case .barcodeModule(let dots): settings.barcodeModule = min(max(Int(dots), 2), 6)
        case .barcodeText(let place): settings.barcodeText = place & 3
        case .barcode(let kind, let data): try printBarcode(kind, data)
        case .qrModel(let model): if model != 0x32 { record("QR model \(model)") }
        case .qrModule(let dots): settings.qrModule = min(max(Int(dots), 1), 16)
        case .qrLevel(let level): settings.qrLevel = level &- 0x30
        case .qrStore(let data): settings.qrData = data
        case .qrPrint: printQR()
        case .raster(let scale, let bytesPerRow, let rows, let data):
            printRaster(scale: scale, bytesPerRow: bytesPerRow, rows: rows, data: data)
        case .carriageReturn: break
        case .unknown(let bytes):
            record("unknown command \(bytes.map { String($0, radix: 16) }.joined(separator: " "))")
        case .automaticStatus, .paperStatus, .fence: break
        }
    }

    private func align(_ alignment: UInt8) {
        if !line.isEmpty { record("alignment changed in the middle of a line") }
        let value = alignment >= 0x30 ? alignment - 0x30 : alignment
        if value > 2 { record("alignment \(alignment)") } else { settings.alignment = value }
    }

    private func type(_ bytes: [UInt8]) throws(SimulatedPrinterError) {
        let decoded = TextEncoding.gb18030.decode(bytes)
        if decoded == nil { record("not GB18030: \(bytes.map { String($0, radix: 16) }.joined(separator: " "))") }
        let character = decoded ?? "\u{FFFD}"
        guard let scalar = character.unicodeScalars.first else { return }
        let bitmap: GlyphBitmap
        do throws(GlyphError) {
            bitmap = try glyphs.render(
                scalar, columns: bytes.count == 1 ? 1 : 2, widthFactor: settings.widthFactor,
                heightFactor: settings.heightFactor, bold: settings.bold)
        } catch {
            throw .glyphs(error)
        }
        if !glyphs.hasGlyph(scalar) { missingGlyphs += 1 }
        if lineWidth + bitmap.width > width {
            overlongLines += 1
            printLine(feeding: settings.lineSpacing)
        }
        line.append(
            Item(bitmap: bitmap, x: lineWidth, reversed: settings.reversed, underline: settings.underline))
        lineWidth += bitmap.width
        lineText += character
    }

    private func printLine(feeding spacing: Int) {
        let tallest = line.map(\.bitmap.height).max() ?? 0
        let top = page.height
        page.feed(max(spacing, tallest))
        let left = offset(of: lineWidth)
        for item in line {
            let y = top + tallest - item.bitmap.height
            page.draw(item.bitmap, x: left + item.x, y: y, reversed: item.reversed)
            if item.underline {
                let width = item.bitmap.width
                let stroke = GlyphBitmap(
                    width: width, height: 2, coverage: [UInt8](repeating: 255, count: 2 * width))
                page.draw(stroke, x: left + item.x, y: top + tallest - 2)
            }
        }
        if !line.isEmpty || spacing == settings.lineSpacing { text.append(lineText) }
        dropLine()
    }

    private func dropLine() {
        line = []
        lineText = ""
        lineWidth = 0
    }

    private func printQR() {
        if !line.isEmpty {
            record("QR code in the middle of a line")
            printLine(feeding: settings.lineSpacing)
        }
        let code = QRRaster.bitmap(settings.qrData, level: settings.qrLevel, module: settings.qrModule)
        guard let code, code.width <= width else { return record("QR code empty, too long or too wide") }
        printBitmap(code)
        qrPayloads.append(String(decoding: settings.qrData, as: UTF8.self))
    }

    private func printBarcode(_ kind: UInt8, _ data: [UInt8]) throws(SimulatedPrinterError) {
        guard kind == 73, let text = BarcodeRaster.text(data) else { return record("barcode not understood") }
        let code = BarcodeRaster.bitmap(text, module: settings.barcodeModule, height: settings.barcodeHeight)
        let quiet = 20 * settings.barcodeModule
        guard code.width + quiet <= width else { return record("barcode too wide") }
        printBitmap(code)
        barcodes.append(String(decoding: text, as: UTF8.self))
        guard settings.barcodeText & 2 != 0 else { return }
        for byte in text { try type([byte]) }
        printLine(feeding: settings.lineSpacing)
    }

    private func printRaster(scale: UInt8, bytesPerRow: Int, rows: Int, data: [UInt8]) {
        let across = scale & 1 != 0 ? 2 : 1
        let down = scale & 2 != 0 ? 2 : 1
        let width = bytesPerRow * 8 * across
        let height = rows * down
        var coverage = [UInt8](repeating: 0, count: width * height)
        for row in 0..<height {
            for column in 0..<width {
                let dot = column / across
                let byte = data[row / down * bytesPerRow + dot / 8]
                if byte & (0x80 >> UInt8(dot % 8)) != 0 { coverage[row * width + column] = 255 }
            }
        }
        printBitmap(GlyphBitmap(width: width, height: height, coverage: coverage))
    }

    private func printBitmap(_ bitmap: GlyphBitmap) {
        let top = page.height
        page.feed(bitmap.height)
        page.draw(bitmap, x: offset(of: bitmap.width), y: top)
    }

    private func offset(of used: Int) -> Int {
        switch settings.alignment {
        case 1: max(0, (width - used) / 2)
        case 2: max(0, width - used)
        default: 0
        }
    }
}
