import CPNG

/// Writes grey pictures as PNG by libpng's simplified interface, which reports errors instead of jumping.
enum PNGEncoder {
    /// `pixels`: one byte each, row by row, 0 black.
    static func encode(grey pixels: [UInt8], width: Int, height: Int) throws(SimulatedPrinterError) -> [UInt8] {
        guard width > 0, height > 0, pixels.count == width * height else { throw .png("empty picture") }
        var image = png_image()
        image.version = 1
        image.width = png_uint_32(width)
        image.height = png_uint_32(height)
        image.format = 0
        defer { png_image_free(&image) }
        var size: png_alloc_size_t = 0
        guard png_image_write_to_memory(&image, nil, &size, 0, pixels, png_int_32(width), nil) != 0 else {
            throw .png(message(image))
        }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        guard png_image_write_to_memory(&image, &bytes, &size, 0, pixels, png_int_32(width), nil) != 0 else {
            throw .png(message(image))
        }
        return Array(bytes.prefix(Int(size)))
    }

    private static func message(_ image: png_image) -> String {
        var image = image
        return withUnsafeBytes(of: &image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
