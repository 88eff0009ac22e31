import KioskModel
import Testing

// Swift 6.3.1 may run the wrong closure where one stands inside `#expect(…)` and another in the same scope:
// these functions keep closures out of the macro.

/// Expects that a condition comes to hold within the limit.
public func expectEventually(
    within limit: Duration = .seconds(10), _ what: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: @Sendable () async throws -> Bool
) async rethrows {
    let held = try await eventually(within: limit, condition)
    #expect(held, what, sourceLocation: sourceLocation)
}

/// Expects that a call ends in a fault with this code; gives the fault.
@discardableResult
public func expectFault(
    _ code: FaultCode, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> Fault? {
    do {
        try await body()
        Issue.record("no fault; expected \(code.rawValue)", sourceLocation: sourceLocation)
        return nil
    } catch {
        let fault = error as? Fault
        #expect(fault?.code == code, "\(error)", sourceLocation: sourceLocation)
        return fault
    }
}
