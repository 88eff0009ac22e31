/// The code that names one box: the 20 digits of a Chinese drug trace code (药品追溯码), or GS1 with a serial number.
///
/// GS1 General Specifications section 3: application identifiers 01 (GTIN), 21 (serial), 10 (lot), 17 (expiry).
public struct TraceCode: Codable, Sendable, Hashable {
    /// What identifies the box wherever it turns up: the 20 digits, or `(01)GTIN(21)serial`.
    public let id: String
    /// What identifies the product: the first seven digits, or the GTIN's fourteen.
    public let product: String
    /// The lot that the code itself carries.
    public let lot: String?
    /// The last day of use that the code itself carries, `2028-01-31`.
    public let expiry: String?

    /// Reads what a scanner gives, or what a person typed with brackets: `(01)06901234567892(21)A1`.
    ///
    /// Throws `stockTraceInvalid` with what is wrong.
    public init(_ scanned: String) throws(Fault) {
        let text = scanned.filter { !$0.isWhitespace }
        if text.utf8.count == 20, text.utf8.allSatisfy(Self.isDigit) {
            id = text
            product = String(text.prefix(7))
            lot = nil
            expiry = nil
            return
        }
        let elements = try text.hasPrefix("(") ? Self.bracketed(text) : Self.plain(text)
        guard let gtin = elements["01"], let serial = elements["21"] else {
            throw Fault(.stockTraceInvalid, "neither 20 digits nor a GS1 code with GTIN (01) and serial (21)")
        }
        guard Self.isGTIN(gtin) else { throw Fault(.stockTraceInvalid, "the GTIN's check digit is wrong") }
        id = "(01)\(gtin)(21)\(serial)"
        product = gtin
        lot = elements["10"]
        expiry = try elements["17"].map { digits throws(Fault) in try Self.date(digits) }
    }

    /// The code as text, with all that it carries; `TraceCode` reads it again.
    public var text: String {
        guard id.hasPrefix("(") else { return id }
        let date = expiry.map { "(17)" + $0.dropFirst(2).filter { $0 != "-" } } ?? ""
        return id + date + (lot.map { "(10)\($0)" } ?? "")
    }

    // MARK: GS1

    /// Length of the value, or nil where it ends with FNC1; identifiers that are not here are not read.
    private static let lengths: [String: Int?] = [
        "01": 14, "11": 6, "13": 6, "15": 6, "17": 6, "10": nil, "21": nil, "30": nil, "37": nil, "240": nil,
    ]

    private static func bracketed(_ text: String) throws(Fault) -> [String: String] {
        var elements: [String: String] = [:]
        for part in text.split(separator: "(", omittingEmptySubsequences: true) {
            let fields = part.split(separator: ")", maxSplits: 1, omittingEmptySubsequences: false)
            guard fields.count == 2 else { throw Fault(.stockTraceInvalid, "a bracket is not closed") }
            try keep(String(fields[1]), String(fields[0]), in: &elements)
        }
        return elements
    }

    /// As a scanner sends it: a symbology identifier, then elements; FNC1 arrives as GS (0x1D).
    private static func plain(_ text: String) throws(Fault) -> [String: String] {
        var rest = Substring(text)
        if rest.hasPrefix("]") { rest = rest.dropFirst(3) }
        var elements: [String: String] = [:]
        while !rest.isEmpty {
            if rest.first == "\u{1D}" {
                rest = rest.dropFirst()
                continue
            }
            guard let name = [2, 3].map({ String(rest.prefix($0)) }).first(where: { lengths[$0] != nil }) else {
                throw Fault(.stockTraceInvalid, "neither 20 digits nor a GS1 code that is known here")
            }
            rest = rest.dropFirst(name.count)
            let end = rest.firstIndex(of: "\u{1D}") ?? rest.endIndex
            let value = lengths[name].flatMap { $0 }.map { rest.prefix($0) } ?? rest[..<end]
            rest = rest[value.endIndex...]
            try keep(String(value), name, in: &elements)
        }
        return elements
    }

    private static func keep(
        _ value: String, _ name: String, in elements: inout [String: String]
    ) throws(Fault) {
        if let length = lengths[name] {
            let isRight = length.map { value.utf8.count == $0 && value.utf8.allSatisfy(isDigit) }
            guard isRight ?? (1...20).contains(value.utf8.count) else {
                throw Fault(.stockTraceInvalid, "the element (\(name)) has the wrong length")
            }
        }
        // GS1 character set 82 has neither blanks nor brackets that a value of (10) or (21) could need here.
        guard value.utf8.allSatisfy({ (0x21...0x7A).contains($0) && $0 != 0x28 && $0 != 0x29 }) else {
            throw Fault(.stockTraceInvalid, "the element (\(name)) holds a character that GS1 does not allow")
        }
        guard elements.updateValue(value, forKey: name) == nil else {
            throw Fault(.stockTraceInvalid, "the element (\(name)) stands twice")
        }
    }

    /// GS1 General Specifications section 7.9: weights 3 and 1 from the right, the sum a multiple of ten.
    private static func isGTIN(_ text: String) -> Bool {
        let digits = text.utf8.map { Int($0) - 48 }
        let sum = digits.enumerated().reduce(0) { $0 + $1.element * ($1.offset.isMultiple(of: 2) ? 3 : 1) }
        return digits.count == 14 && sum.isMultiple(of: 10)
    }

    /// YYMMDD; day 00 is the month's last.
    private static func date(_ digits: String) throws(Fault) -> String {
        let numbers = digits.utf8.map { Int($0) - 48 }
        let (year, month) = (2000 + numbers[0] * 10 + numbers[1], numbers[2] * 10 + numbers[3])
        let day = numbers[4] * 10 + numbers[5]
        guard (1...12).contains(month) else { throw Fault(.stockTraceInvalid, "(17) is no date") }
        let date = ExpiryDate(year: year, month: month, day: day == 0 ? ExpiryDate.days(month, year) : day)
        guard let date else { throw Fault(.stockTraceInvalid, "(17) is no date") }
        return date.description
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
