import CLinux

/// Chinese text encodings by iconv (Foundation knows no GBK).
public enum TextEncoding: String, Sendable {
    case gbk = "GBK"
    case gb18030 = "GB18030"
    case utf16LittleEndian = "UTF-16LE"

    /// The text of some bytes, or nil where they are not valid in this encoding.
    public func decode(_ bytes: [UInt8]) -> String? {
        convert(bytes, to: "UTF-8", from: rawValue).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of a text, or nil where a character has no place in this encoding.
    public func encode(_ text: String) -> [UInt8]? { convert(Array(text.utf8), to: rawValue, from: "UTF-8") }

    private func convert(_ bytes: [UInt8], to target: String, from source: String) -> [UInt8]? {
        guard !bytes.isEmpty else { return [] }
        // GB18030 takes at most 4 bytes a character and UTF-8 at most 4: four times the input always fits.
        var output = [UInt8](repeating: 0, count: bytes.count * 4)
        let count = clinux_iconv(target, source, bytes, bytes.count, &output, output.count)
        guard count >= 0 else { return nil }
        return Array(output[..<count])
    }
}
