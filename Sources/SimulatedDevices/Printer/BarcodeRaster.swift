import GlyphRaster

/// Code 128 as dots (ISO/IEC 15417), code set B.
enum BarcodeRaster {
    private static let startB = 104
    /// Bar and space widths of the symbols 0 to 105, from its table 1.
    private static let symbols = [
        "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",
        "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212",
        "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121",
        "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",
        "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123",
        "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124",
        "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114",
        "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
        "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
        "113141", "114131", "311141", "411131", "211412", "211214", "211232",
    ]
    private static let stop = "2331112"

    /// The text in an ESC/POS barcode (`{B`, braces doubled); nil for any other code set or character.
    static func text(_ data: [UInt8]) -> [UInt8]? {
        guard data.starts(with: Array("{B".utf8)), data.count > 2 else { return nil }
        var text: [UInt8] = []
        var rest = data.dropFirst(2)
        while let byte = rest.popFirst() {
            guard (0x20...0x7E).contains(byte) else { return nil }
            if byte == UInt8(ascii: "{"), rest.popFirst() != byte { return nil }
            text.append(byte)
        }
        return text
    }

    /// `text` is printable ASCII.
    static func bitmap(_ text: [UInt8], module: Int, height: Int) -> GlyphBitmap {
        let values = text.map { Int($0) - 0x20 }
        let check = values.enumerated().reduce(startB) { ($0 + ($1.offset + 1) * $1.element) % 103 }
        let bars = ([startB] + values + [check]).map { symbols[$0] }.joined() + stop
        var row: [UInt8] = []
        for (index, width) in bars.compactMap(\.wholeNumberValue).enumerated() {
            row += [UInt8](repeating: index.isMultiple(of: 2) ? 255 : 0, count: width * module)
        }
        let coverage = (0..<height).flatMap { _ in row }
        return GlyphBitmap(width: row.count, height: height, coverage: coverage)
    }
}
