import KioskModel

/// Turns a document into the bytes of one print job for one printer's profile. Pure.
public struct DocumentComposer: Sendable {
    private let profile: PrinterProfile
    private let raster: LineRaster?

    /// `raster` draws what the printer's font lacks; nil leaves 〓.
    public init(profile: PrinterProfile, raster: LineRaster? = nil) {
        self.profile = profile
        self.raster = raster
    }

    /// Throws `printerError` for a document that contradicts itself or holds a code that can't be printed.
    public func bytes(of document: PrintDocument) throws(Fault) -> [UInt8] { try compose(document).bytes }

    /// The same with the length of the paper, by which the driver knows how long it may take to come out.
    func compose(_ document: PrintDocument) throws(Fault) -> (bytes: [UInt8], dots: Int) {
        let blocks = try DocumentLayout(profile: profile, raster: raster).blocks(document)
        let elements = try PageLayout(profile: profile, raster: raster).elements(blocks)
        let encoder = DocumentEncoder(profile: profile, raster: raster)
        return (try encoder.encode(elements), encoder.dots(elements))
    }
}
