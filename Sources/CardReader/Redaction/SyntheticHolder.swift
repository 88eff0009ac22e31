/// Who stands in a recording in place of a card's holder: nobody, with numbers that check out.
enum SyntheticHolder {
    /// The worked example of GB 11643.
    static let number = Array("11010519491231002X".utf8)
    static let birthDate = "19491231"
    static let birthDateBCD: [UInt8] = [0x19, 0x49, 0x12, 0x31]

    /// 测试测试… in place of each character of a GBK or GB18030 text; padding stays.
    static func gbk(_ text: [UInt8]) -> [UInt8] {
        var result = text
        var index = 0
        var isFirst = true
        while index < text.count {
            switch text[index] {
            case 0x81...0xFE where index + 1 < text.count:
                result.replaceSubrange(index..<(index + 2), with: isFirst ? [0xB2, 0xE2] : [0xCA, 0xD4])
                isFirst.toggle()
                index += 2
                continue
            case 0x00, 0x20, 0xFF: break
            default: result[index] = UInt8(ascii: "X")
            }
            index += 1
        }
        return result
    }

    /// 测试测试… in place of each unit of a UTF-16LE text; padding stays.
    static func utf16(_ text: [UInt8]) -> [UInt8] {
        var result = text
        for (count, start) in stride(from: 0, to: text.count - 1, by: 2).enumerated()
        where !(text[start + 1] == 0 && [0x00, 0x20].contains(text[start])) {
            result.replaceSubrange(start..<(start + 2), with: count.isMultiple(of: 2) ? [0x4B, 0x6D] : [0xD5, 0x8B])
        }
        return result
    }

    /// ASCII characters as UTF-16LE.
    static func utf16(ascii text: [UInt8]) -> [UInt8] { text.flatMap { [$0, 0] } }

    /// Digits stay digits, letters letters.
    static func masked(_ text: [UInt8]) -> [UInt8] {
        text.map { byte in
            switch byte {
            case 0x30...0x39: 0x30
            case 0x41...0x5A, 0x61...0x7A: UInt8(ascii: "A")
            case 0x00, 0x20, 0xFF: byte
            default: 0x30
            }
        }
    }
}
