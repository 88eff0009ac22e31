/// What the preloaded shim does to kioskd, and when; its words are those of Tests/CFaultShim.
struct FaultPlan: Sendable, Hashable, CustomStringConvertible {
    /// What a call writes to; each kind is counted by itself.
    enum Kind: String, Sendable, CaseIterable {
        case store, platform, devices
    }

    enum Action: String, Sendable {
        case none
        case killBefore = "kill-before"
        case killHalf = "kill-half"
        case killAfter = "kill-after"
        case killForget = "kill-forget"
        case full, broken

        var kills: Bool { rawValue.hasPrefix("kill") }
    }

    let kind: Kind
    let action: Action
    /// The n-th call of its kind, from 1.
    let call: Int
    /// How many calls fail in a row.
    var times = 1

    static let count = FaultPlan(kind: .store, action: .none, call: 0)

    var description: String {
        "\(kind.rawValue) \(action.rawValue) \(call)" + (times > 1 ? " ×\(times)" : "")
    }

    var words: String { "\(kind.rawValue) \(action.rawValue) \(call) \(times)" }
}
