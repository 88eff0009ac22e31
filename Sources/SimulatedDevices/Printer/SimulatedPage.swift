/// One piece of paper that left the printer.
public struct SimulatedPage: Sendable, Hashable {
    /// From 1, in the order of leaving.
    public let number: Int
    /// The PNG: 8 bits of grey, black on white, with a margin.
    public let path: String
    /// The text printed, line by line, as GB18030 says it.
    public let text: String
    /// What the QR codes on it hold, from the top.
    public let qrPayloads: [String]
    /// What its barcodes hold, from the top.
    public let barcodes: [String]
    /// False for paper that was torn off or ran out.
    public let isCut: Bool
    /// Lines that were broken by the printer because they were too long.
    public let overlongLines: Int
    /// Characters that its font lacks, printed as a box.
    public let missingGlyphs: Int
}
