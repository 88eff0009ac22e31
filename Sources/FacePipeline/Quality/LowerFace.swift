/// Whether mouth and chin have a face's colour: a mask of cloth or paper has another.
enum LowerFace {
    /// In the 112 × 112 crop, where the five points always lie in the same places: the bridge of the nose, which neither
    /// hair nor a mask covers, and mouth and chin.
    private static let bridge = (columns: 48..<64, rows: 40..<60)
    private static let mouth = (columns: 36..<76, rows: 80..<108)
    /// From the skin's colour, in parts of its distance from grey. Photographs of faces measured 0.13–0.39 in the mean, the
    /// same with a blue, white, black or green mask drawn over them 0.98 and more.
    private static let mostDistance = 0.65
    /// Of skin, Cb and Cr; paler is a picture with hardly any colour.
    private static let leastColour = 15.0

    /// The part of mouth and chin that is of the colour of the nose's bridge, 0–1; lips keep it above none in a beard. Nil
    /// where the picture has too little colour to tell.
    ///
    /// `crop`: 112 × 112 pixels, BGR. Colours by ITU-R BT.601.
    static func skin(in crop: [UInt8]) -> Double? {
        let above = colours(crop, bridge.columns, bridge.rows)
        let (red, blue) = (median(above.map(\.red)), median(above.map(\.blue)))
        let strength = (red * red + blue * blue).squareRoot()
        guard strength >= leastColour else { return nil }
        let below = colours(crop, mouth.columns, mouth.rows)
        let near = below.count { colour in
            let (r, b) = (colour.red - red, colour.blue - blue)
            return (r * r + b * b).squareRoot() < mostDistance * strength
        }
        return Double(near) / Double(below.count)
    }

    /// Cr and Cb, 0 for grey.
    private static func colours(
        _ crop: [UInt8], _ columns: Range<Int>, _ rows: Range<Int>
    ) -> [(red: Double, blue: Double)] {
        rows.flatMap { row in
            columns.map { column in
                let start = (row * 112 + column) * 3
                let (b, g, r) = (Double(crop[start]), Double(crop[start + 1]), Double(crop[start + 2]))
                let light = 0.299 * r + 0.587 * g + 0.114 * b
                return ((r - light) * 0.713, (b - light) * 0.564)
            }
        }
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
