/// A value that must not reach a log, an error or a terminal by accident: printing it prints `<redacted>`.
public struct Secret<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let value: Value

    public init(_ value: Value) { self.value = value }

    /// Hands the value to code that needs it, for as long as it needs it.
    public func reveal<Result>(_ body: (Value) throws -> Result) rethrows -> Result { try body(value) }

    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
