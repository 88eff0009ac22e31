import Foundation

/// Why there is no figure.
public struct BenchError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Runs a program; what it throws is told on standard error, and the exit code is 1.
public func runBench(_ body: () async throws -> Void) async {
    do {
        try await body()
    } catch {
        note("\(error)")
        exit(1)
    }
}
