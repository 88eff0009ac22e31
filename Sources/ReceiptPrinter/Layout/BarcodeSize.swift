/// How large a Code 128 barcode comes out (ISO/IEC 15417, code set B: one symbol a character).
enum BarcodeSize {
    /// Dots a module: 2 or 3, or nil where the text is too long for the paper with its quiet zones, or is no ASCII.
    static func module(for text: String, profile: PrinterProfile) -> Int? {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= 80, bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        // Start, check and stop symbols, and ten modules of quiet at either side.
        let modules = 11 * bytes.count + 35 + 20
        let module = min(3, profile.dots / modules)
        return module >= 2 ? module : nil
    }
}
