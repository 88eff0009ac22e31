/// An ECDSA signature as cards give it: SEQUENCE of two INTEGERs in DER (RFC 3279 section 2.2.3).
enum DERSignature {
    /// 64 bytes r ‖ s, or nil unless the bytes are exactly one well-formed signature for a 256-bit curve.
    static func raw(_ der: [UInt8]) -> [UInt8]? {
        guard let outer = try? TagLengthValue.ber(der), outer.count == 1, outer[0].tag == 0x30,
            // r ‖ s of 256 bits fits a one-byte length; a longer form is not DER.
            der.count == outer[0].value.count + 2, let integers = try? TagLengthValue.ber(outer[0].value),
            integers.count == 2, outer[0].value.count == integers[0].value.count + integers[1].value.count + 4,
            let r = scalar(integers[0]), let s = scalar(integers[1])
        else { return nil }
        return r + s
    }

    /// 32 bytes of a positive INTEGER in its shortest form.
    private static func scalar(_ element: TagLengthValue.Element) -> [UInt8]? {
        guard element.tag == 0x02, let first = element.value.first, first < 0x80 else { return nil }
        var bytes = element.value[...]
        if first == 0 {
            guard bytes.count > 1, bytes[bytes.startIndex + 1] >= 0x80 else { return nil }
            bytes = bytes.dropFirst()
        }
        guard bytes.count <= 32 else { return nil }
        return [UInt8](repeating: 0, count: 32 - bytes.count) + bytes
    }
}
