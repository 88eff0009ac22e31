/// Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): no zero inside, so that a zero ends a frame.
public enum COBS {
    /// Bytes that stuffing adds at most to `length` bytes.
    public static func overhead(_ length: Int) -> Int { length / 254 + 1 }

    /// Appends the stuffed form of `bytes`, without a delimiter; false where it does not fit.
    public static func encode<let source: Int, let target: Int>(
        _ bytes: FixedBytes<source>, into output: inout FixedBytes<target>
    ) -> Bool {
        var codeIndex = output.count
        var code: UInt8 = 1
        guard output.append(0) else { return false }
        for index in 0..<bytes.count {
            let byte = bytes.byte(at: index) ?? 0
            if byte != 0 {
                guard output.append(byte) else { return false }
                code += 1
            }
            if byte == 0 || code == 0xFF {
                output.set(code, at: codeIndex)
                codeIndex = output.count
                code = 1
                guard output.append(0) else { return false }
            }
        }
        output.set(code, at: codeIndex)
        return true
    }

    /// Replaces stuffed bytes (without delimiter) by what they stand for; false where they can't be stuffed bytes.
    public static func decode<let capacity: Int>(inPlace bytes: inout FixedBytes<capacity>) -> Bool {
        var read = 0
        var written = 0
        while let code = bytes.byte(at: read) {
            guard code != 0, read + Int(code) <= bytes.count else { return false }
            for offset in 1..<Int(code) {
                guard let byte = bytes.byte(at: read + offset), byte != 0 else { return false }
                bytes.set(byte, at: written)
                written += 1
            }
            read += Int(code)
            if code != 0xFF, read < bytes.count {
                bytes.set(0, at: written)
                written += 1
            }
        }
        bytes.truncate(to: written)
        return read > 0
    }
}
