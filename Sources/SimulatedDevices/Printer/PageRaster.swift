import GlyphRaster

/// The paper under the print head: rows of dots that grow as it is fed.
struct PageRaster {
    /// Two and a half metres: more is a runaway document.
    static let maximumHeight = 20_000

    let width: Int
    private(set) var height = 0
    private(set) var hasInk = false
    /// True where dots were lost because the page was too long.
    private(set) var isOverlong = false
    private var dots: [UInt8] = []

    init(width: Int) { self.width = width }

    mutating func feed(_ rows: Int) {
        let allowed = min(max(0, rows), Self.maximumHeight - height)
        if allowed < rows { isOverlong = true }
        dots += [UInt8](repeating: 0, count: allowed * width)
        height += allowed
    }

    /// Draws coverage with its upper left corner at a place on the page; what lies outside is lost.
    mutating func draw(_ bitmap: GlyphBitmap, x: Int, y: Int, reversed: Bool = false) {
        for row in 0..<bitmap.height where (0..<height).contains(y + row) {
            for column in 0..<bitmap.width where (0..<width).contains(x + column) {
                let value = bitmap.coverage[row * bitmap.width + column]
                let ink = reversed ? 255 - value : value
                guard ink > 0 else { continue }
                hasInk = true
                let index = (y + row) * width + x + column
                dots[index] = max(dots[index], ink)
            }
        }
    }

    /// Grey values for a PNG (0 black), with white around.
    func grey(margin: Int) -> (pixels: [UInt8], width: Int, height: Int) {
        let fullWidth = width + 2 * margin
        let fullHeight = height + 2 * margin
        var pixels = [UInt8](repeating: 255, count: fullWidth * fullHeight)
        for row in 0..<height {
            for column in 0..<width {
                pixels[(row + margin) * fullWidth + column + margin] = 255 - dots[row * width + column]
            }
        }
        return (pixels, fullWidth, fullHeight)
    }
}
