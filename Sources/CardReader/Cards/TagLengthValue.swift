/// Tag-length-value structures as cards give them; every length is checked against what is there.
enum TagLengthValue {
    struct Element: Sendable, Hashable {
        let tag: UInt8
        let value: [UInt8]
    }

    enum FormatError: Error, Sendable, Hashable {
        case truncated
        case unsupportedLength
    }

    /// One-byte tags with one-byte lengths 0…255, as a social security card's records; padding (00, FF) may follow.
    static func simple(_ bytes: [UInt8]) throws(FormatError) -> [Element] {
        var elements: [Element] = []
        var rest = bytes[...]
        while let tag = rest.popFirst(), tag != 0x00, tag != 0xFF {
            guard let length = rest.popFirst(), rest.count >= Int(length) else { throw .truncated }
            elements.append(Element(tag: tag, value: Array(rest.prefix(Int(length)))))
            rest = rest.dropFirst(Int(length))
        }
        guard rest.allSatisfy({ $0 == 0x00 || $0 == 0xFF }) else { throw .truncated }
        return elements
    }

    /// BER-TLV with one-byte tags and definite lengths of up to two bytes (ISO 7816-4 section 5.2.2).
    static func ber(_ bytes: [UInt8]) throws(FormatError) -> [Element] {
        var elements: [Element] = []
        var rest = bytes[...]
        while let tag = rest.popFirst() {
            // A tag number of 31 means more tag bytes, which none of the objects in use has.
            guard tag & 0x1F != 0x1F else { throw .unsupportedLength }
            guard let first = rest.popFirst() else { throw .truncated }
            var length = Int(first)
            if first >= 0x80 {
                let count = Int(first & 0x7F)
                guard (1...2).contains(count) else { throw .unsupportedLength }
                guard rest.count >= count else { throw .truncated }
                length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(count)
            }
            guard rest.count >= length else { throw .truncated }
            elements.append(Element(tag: tag, value: Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return elements
    }
}
