import KioskModel

/// One thing that is wrong with the configuration: where, what was found, what is allowed.
public struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    public let code: FaultCode
    /// Counted from 1; nil where the trouble has no place in the file.
    public let line: Int?
    /// In characters, counted from 1.
    public let column: Int?
    /// The key's full name, for example `devices.printer.width`.
    public let key: String?
    /// What is wrong and what is allowed, in English.
    public let message: String

    public init(code: FaultCode, line: Int?, column: Int?, key: String?, message: String) {
        self.code = code
        self.line = line
        self.column = column
        self.key = key
        self.message = message
    }

    public var description: String { "\(code.rawValue) \(message)" }
}

/// Why a configuration is not used: all its problems at once, in the order of the file.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    public let file: String
    /// Never empty.
    public let problems: [ConfigurationProblem]

    public init(file: String, problems: [ConfigurationProblem]) {
        self.file = file
        self.problems = problems
    }

    /// The first problem as a fault, its detail holding file, line and column.
    public var fault: Fault {
        guard let first = problems.first else { return Fault(.configBadValue, file) }
        let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        return Fault(first.code, "\(place(of: first)): \(first.message)\(more)")
    }

    /// One line a problem: `FILE:LINE:COLUMN: K-CFG-… what is wrong; what is allowed`.
    public var description: String {
        problems.map { "\(place(of: $0)): \($0)" }.joined(separator: "\n")
    }

    private func place(of problem: ConfigurationProblem) -> String {
        [file, problem.line.map(String.init), problem.column.map(String.init)].compactMap(\.self)
            .joined(separator: ":")
    }
}
