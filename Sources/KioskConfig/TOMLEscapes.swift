/// The escapes of TOML's basic strings (TOML 1.0.0, "String"), as quoted keys may hold them.
enum TOMLEscapes {
    static func decode(_ text: String) -> String {
        var result = ""
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "\\" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            switch scalars.next() {
            case "b": result += "\u{8}"
            case "t": result += "\t"
            case "n": result += "\n"
            case "f": result += "\u{C}"
            case "r": result += "\r"
            case "e": result += "\u{1B}"
            case "u": result += character(digits: 4, from: &scalars)
            case "U": result += character(digits: 8, from: &scalars)
            case let other?: result.unicodeScalars.append(other)
            case nil: break
            }
        }
        return result
    }

    private static func character(digits: Int, from scalars: inout String.UnicodeScalarView.Iterator) -> String {
        var hex = ""
        for _ in 0..<digits { if let digit = scalars.next() { hex.unicodeScalars.append(digit) } }
        guard let value = UInt32(hex, radix: 16), let scalar = Unicode.Scalar(value) else { return "\u{FFFD}" }
        return String(Character(scalar))
    }
}
