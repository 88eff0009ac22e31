import Foundation
import KioskModel
import TOMLKit

extension KioskConfiguration {
    /// Reads and checks a configuration file; all its problems are reported at once.
    ///
    /// `environment` gives `CREDENTIALS_DIRECTORY`, where systemd puts the service's keys. `printers`: what may be named
    /// as the printer's profile.
    public static func load(
        path: String, printers: [PrinterKind] = [],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> KioskConfiguration {
        let text: [UInt8]
        do {
            text = try readBounded(path)
        } catch {
            throw ConfigurationError(
                file: path,
                problems: [.init(code: .configMissing, line: nil, column: nil, key: nil, message: error.words)])
        }
        let file = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
        return try parse(text, file: file, printers: printers, environment: environment)
    }

    /// Checks the text of a configuration file; `file` names it in errors and resolves relative paths.
    public static func parse(
        _ text: [UInt8], file: String, printers: [PrinterKind] = [], environment: [String: String] = [:]
    ) throws(ConfigurationError) -> KioskConfiguration {
        let positions = TOMLPositions(text)
        if let gap = positions.gap {
            // An earlier error in the file is the one to tell.
            _ = try parseTOML(Array(text[..<gap.statement]), file: file)
            throw syntax(file, gap.position.line, gap.position.column, gap.words)
        }
        let table = try parseTOML(text, file: file)
        let collector = ProblemCollector(positions: positions)
        let root = Section(path: [], table: table, collector: collector)
        let reader = ConfigurationReader(root: root, file: file, printers: printers, environment: environment)
        let configuration = reader.read()
        guard collector.problems.isEmpty, let configuration else {
            throw ConfigurationError(file: file, problems: collector.sorted)
        }
        return configuration
    }

    private struct ReadError: Error { let words: String }

    private static func readBounded(_ path: String) throws(ReadError) -> [UInt8] {
        let limit = 1 << 20
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw ReadError(words: "can't be read: \(String(cString: strerror(errno)))")
        }
        defer { try? handle.close() }
        do {
            let data = try handle.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else { throw ReadError(words: "is larger than 1 MiB") }
            return Array(data)
        } catch let error as ReadError {
            throw error
        } catch {
            throw ReadError(words: "can't be read: it is not a file")
        }
    }

    private static func parseTOML(_ text: [UInt8], file: String) throws(ConfigurationError) -> TOMLTable {
        // The parser takes a C string: what follows a zero byte would silently not be read.
        if let zero = text.firstIndex(of: 0) { throw syntax(file, text, at: zero, "a zero byte") }
        guard let document = String(validating: text, as: UTF8.self) else {
            throw syntax(file, text, at: firstInvalid(in: text), "not UTF-8")
        }
        do {
            return try TOMLTable(string: document)
        } catch let error as TOMLParseError {
            throw syntax(file, error.source.begin.line, error.source.begin.column, error.description)
        } catch {
            throw syntax(file, 1, 1, "\(error)")
        }
    }

    /// The index of the first byte that is not valid UTF-8.
    private static func firstInvalid(in text: [UInt8]) -> Int {
        var decoder = UTF8()
        var bytes = text.makeIterator()
        var good = 0
        while case .scalarValue(let scalar) = decoder.decode(&bytes) { good += UTF8.width(scalar) }
        return min(good, text.count)
    }

    private static func syntax(
        _ file: String, _ text: [UInt8], at index: Int, _ words: String
    ) -> ConfigurationError {
        let before = text[..<index]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let column = String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1
        return syntax(file, line, column, words)
    }

    private static func syntax(_ file: String, _ line: Int, _ column: Int, _ words: String) -> ConfigurationError {
        ConfigurationError(
            file: file,
            problems: [.init(code: .configSyntax, line: line, column: column, key: nil, message: words)])
    }
}
