import Foundation

/// What the shim left behind of its process, killed or not: `struct fault_state` of Tests/CFaultShim.
struct ShimState: Sendable, Hashable {
    private(set) var calls: [FaultPlan.Kind: Int] = [:]
    /// How many calls the plan has met.
    private(set) var fired = 0
    /// The first of them: function and file, or port.
    private(set) var first = ""

    init(file: String) {
        guard let page = FileManager.default.contents(atPath: file), page.count >= 256 else { return }
        func number(_ place: Int) -> Int {
            page.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self)) }
        }
        for (place, kind) in FaultPlan.Kind.allCases.enumerated() { calls[kind] = number(place + 1) }
        fired = number(4)
        first = String(decoding: page.dropFirst(40).prefix(216).prefix { $0 != 0 }, as: UTF8.self)
    }
}
