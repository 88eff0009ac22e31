import Foundation
import KioskPlatform

/// Writes pages as `slip-<n>.png` and `slip-<n>.txt` into one folder.
struct PageFiles: Sendable {
    static let margin = 24

    let folder: String

    /// Makes the folder. Throws `file` where that can't be done.
    init(folder: String) throws(SimulatedPrinterError) {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .file("can't make \(folder): \(error)")
        }
    }

    func write(_ page: PrintEngine.Page, number: Int, isCut: Bool) throws(SimulatedPrinterError) -> SimulatedPage {
        let picture = page.raster.grey(margin: Self.margin)
        let png = try PNGEncoder.encode(grey: picture.pixels, width: picture.width, height: picture.height)
        let path = "\(folder)/slip-\(number).png"
        do {
            try AtomicFile.write(png, to: path)
            try AtomicFile.write(Array((page.text + "\n").utf8), to: "\(folder)/slip-\(number).txt")
        } catch {
            throw .file("\(error)")
        }
        return SimulatedPage(
            number: number, path: path, text: page.text, qrPayloads: page.qrPayloads, barcodes: page.barcodes,
            isCut: isCut,
            overlongLines: page.overlongLines, missingGlyphs: page.missingGlyphs)
    }
}
