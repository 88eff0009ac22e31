import KioskModel

/// Turns a document into the bytes of one print job for one printer's profile. Pure.
public struct DocumentComposer: Sendable {
    private let profile: PrinterProfile

    public init(profile: PrinterProfile) { self.profile = profile }

    /// Throws `printerError` for a document that contradicts itself or holds a code that can't be printed.
    public func bytes(of document: PrintDocument) throws(Fault) -> [UInt8] {
        let blocks = try DocumentLayout(profile: profile).blocks(document)
        return try DocumentEncoder(profile: profile).encode(try PageLayout(profile: profile).elements(blocks))
    }
}
