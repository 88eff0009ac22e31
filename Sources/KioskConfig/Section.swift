import KioskModel
import TOMLKit

/// The problems of one file, collected while its sections are read.
final class ProblemCollector {
    private(set) var problems: [ConfigurationProblem] = []
    private let positions: TOMLPositions

    init(positions: TOMLPositions) { self.positions = positions }

    /// Notes a problem at a key's value, or at the key itself, or at the nearest section around it.
    func add(_ code: FaultCode, _ path: [String], atValue: Bool = false, _ message: String) {
        var place = atValue ? positions.values[path] : nil
        var around = path
        while place == nil, !around.isEmpty {
            place = positions.keys[around]
            around.removeLast()
        }
        problems.append(
            ConfigurationProblem(
                code: code, line: place?.line, column: place?.column, key: path.joined(separator: "."),
                message: message))
    }

    /// In the order of the file; what has no place comes first.
    var sorted: [ConfigurationProblem] {
        problems.enumerated().sorted {
            ($0.element.line ?? 0, $0.element.column ?? 0, $0.offset)
                < ($1.element.line ?? 0, $1.element.column ?? 0, $1.offset)
        }.map(\.element)
    }
}

/// One table of the file: typed reads that note what is wrong; every key that is asked for is an allowed one.
final class Section {
    private let path: [String]
    private let table: TOMLTable?
    private let collector: ProblemCollector
    private let isWrong: Bool
    private var allowed: [String] = []

    /// `isWrong`: something else than a table stands in its place, which was told already.
    init(path: [String], table: TOMLTable?, isWrong: Bool = false, collector: ProblemCollector) {
        self.path = path
        self.isWrong = isWrong
        self.table = table
        self.collector = collector
    }

    /// Whether the file holds this section, even an empty one.
    var isPresent: Bool { table != nil }

    func section(_ key: String) -> Section {
        allowed.append(key)
        let value = table?[key]
        var isWrong = false
        if let value, value.type != .table {
            wrongType(key, value, expected: "a section [\(name(key))]")
            isWrong = true
        }
        return Section(path: path + [key], table: value?.table, isWrong: isWrong, collector: collector)
    }

    func string(_ key: String) -> String? {
        read(key, expected: "a string") { $0.string }
    }

    /// A string that must hold one of a closed list of words.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ key: String, of type: Word.Type) -> Word? {
        guard let text = string(key) else { return nil }
        if let word = Word(rawValue: text) { return word }
        badValue(key, "is \(quote(text))", allowed: Self.list(of: type))
        return nil
    }

    func integer(_ key: String, _ expected: String, allowed test: (Int) -> Bool) -> Int? {
        guard let value = read(key, expected: "an integer", { $0.int }) else { return nil }
        guard test(value) else {
            badValue(key, "is \(value)", allowed: expected)
            return nil
        }
        return value
    }

    func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
        guard let value = read(key, expected: "a number", { $0.double ?? $0.int.map(Double.init) }) else { return nil }
        guard range.contains(value) else {
            badValue(key, "is \(value)", allowed: "\(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    /// A USB id: a hex string (`"1209"`, `"0x1209"`) or an integer.
    func usbID(_ key: String) -> UInt16? {
        let expected = "0001 to ffff as a hex string, or an integer"
        let read = read(key, expected: "a hex string or an integer") { value -> Int?? in
            if let number = value.int { return number }
            guard let text = value.string else { return nil }
            let digits = text.hasPrefix("0x") ? String(text.dropFirst(2)) : text
            let isHex = (1...4).contains(digits.count) && digits.allSatisfy { $0.isASCII && $0.isHexDigit }
            return .some(isHex ? Int(digits, radix: 16) : nil)
        }
        guard let read else { return nil }
        guard let number = read, let id = UInt16(exactly: number), id > 0 else {
            badValue(key, "is \(shown(table?[key]))", allowed: expected)
            return nil
        }
        return id
    }

    /// Notes a key that must be there and is not.
    func missing(_ key: String, allowed: String) {
        guard table?[key] == nil, !isWrong else { return }
        collector.add(.configBadValue, path + [key], "\(name(key)) is missing; allowed: \(allowed)")
    }

    func badValue(_ key: String, _ found: String, allowed: String) {
        collector.add(
            .configBadValue, path + [key], atValue: true, "\(name(key)) \(found); allowed: \(allowed)")
    }

    func productionRefuses(_ key: String, _ found: String, allowed: String) {
        collector.add(
            .configProductionRefusesLab, path + [key], atValue: true,
            "\(name(key)) \(found), which profile \"production\" refuses; allowed: \(allowed)")
    }

    /// Notes every key that was never asked for, with the nearest allowed one. Call it after the last read.
    func refuseUnknownKeys() {
        let place = path.isEmpty ? "at the top" : "in [\(path.joined(separator: "."))]"
        for key in table?.keys ?? [] where !allowed.contains(key) {
            let guess = NearestWord.match(for: key, among: allowed).map { "; did you mean \"\($0)\"?" } ?? ";"
            let list = allowed.sorted().joined(separator: ", ")
            collector.add(
                .configUnknownKey, path + [key], "unknown key \(quote(key)) \(place)\(guess) allowed: \(list)")
        }
    }

    static func list<Word: RawRepresentable<String> & CaseIterable>(of type: Word.Type) -> String {
        type.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    }

    private func read<Value>(
        _ key: String, expected: String, _ convert: (any TOMLValueConvertible) -> Value?
    ) -> Value? {
        if !allowed.contains(key) { allowed.append(key) }
        guard let value = table?[key] else { return nil }
        if let converted = convert(value) { return converted }
        wrongType(key, value, expected: expected)
        return nil
    }

    private func wrongType(_ key: String, _ value: any TOMLValueConvertible, expected: String) {
        collector.add(
            .configWrongType, path + [key], atValue: true,
            "\(name(key)) is \(Self.words(value.type)); \(expected) is needed")
    }

    private func name(_ key: String) -> String { (path + [key]).joined(separator: ".") }

    private func shown(_ value: (any TOMLValueConvertible)?) -> String {
        if let number = value?.int { return String(number) }
        return quote(value?.string ?? "")
    }

    private func quote(_ text: String) -> String {
        let safe = text.prefix(60).map { $0.isNewline || $0.asciiValue.map { $0 < 32 } == true ? "?" : $0 }
        return "\"\(String(safe))\(text.count > 60 ? "…" : "")\""
    }

    private static func words(_ type: TOMLType) -> String {
        switch type {
        case .table: "a table"
        case .array: "an array"
        case .string: "a string"
        case .int: "an integer"
        case .double: "a number"
        case .bool: "true or false"
        case .date, .time, .dateTime: "a date or time"
        }
    }
}
