/// How large a QR code comes out (ISO/IEC 18004, byte mode, level M).
enum QRSize {
    /// Bytes that versions 1... hold.
    private static let capacities = [
        14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779, 857,
        911, 997,
    ]

    /// Modules along one side, or nil where the text is longer than 997 bytes.
    static func modules(forBytes count: Int) -> Int? {
        capacities.firstIndex { $0 >= count }.map { 21 + 4 * $0 }
    }

    /// The module in dots that fits the paper with its quiet zone (4 modules each side); nil below 3 dots, which
    /// phones can't read from paper.
    static func module(forBytes count: Int, profile: PrinterProfile) -> Int? {
        guard let modules = modules(forBytes: count) else { return nil }
        let module = min(profile.qrModule, profile.dots / (modules + 8))
        return module >= 3 ? module : nil
    }
}
