/// Where a walk through JSON stands, as FHIRPath writes it: `Bundle.entry[2].fullUrl`.
struct JSONPath {
    private struct Level {
        let isArray: Bool
        var member = ""
        /// How many values were left in it.
        var count = 0
    }

    private let root: String
    private var levels: [Level] = []

    init(root: String) { self.root = root }

    /// The name of the member that the walk is at; nil outside an object.
    var member: String? { levels.last.flatMap { $0.isArray ? nil : $0.member } }

    var place: String {
        levels.reduce(into: root) { $0 += $1.isArray ? "[\($1.count)]" : ".\($1.member)" }
    }

    mutating func open(isArray: Bool) { levels.append(Level(isArray: isArray)) }

    mutating func enter(_ member: String) {
        if !levels.isEmpty { levels[levels.count - 1].member = member }
    }

    /// Goes out of an object or array; whether it was empty.
    mutating func close() -> Bool { levels.popLast()?.count == 0 }

    /// Goes past the value that the walk is at.
    mutating func leave() {
        if !levels.isEmpty { levels[levels.count - 1].count += 1 }
    }
}
