/// A resource as it stands in its bundle: its references, and itself with other ones.
struct ResourceText {
    private struct Reference {
        let name: String
        /// Between its quotes.
        let place: Range<Int>
    }

    private let bytes: [UInt8]
    private var found: [Reference] = []
    /// `#id` of each contained resource.
    private(set) var contained: Set<String> = []

    var references: [String] { found.map(\.name) }

    /// Of bytes that are known to be JSON.
    init(well bytes: [UInt8]) throws(JSONText.Malformed) {
        self.bytes = bytes
        var text = JSONText(well: bytes)
        var (depth, key) = (0, "")
        // How deep the list of contained resources is, within it.
        var inside: Int?
        while let token = try text.next() {
            switch token {
            case .objectStart, .arrayStart:
                if key == "contained", depth == 1 { inside = depth }
                depth += 1
            case .objectEnd, .arrayEnd:
                depth -= 1
                if depth == inside { inside = nil }
            case .key(let range):
                key = text.text(range)
                continue
            case .string(let range) where key == "reference":
                found.append(Reference(name: text.text(range), place: range))
            case .string(let range) where key == "id" && inside != nil: contained.insert("#" + text.text(range))
            default: break
            }
            key = ""
        }
    }

    /// The text with each reference that has another name under that one.
    func resolved(_ names: [String: String]) -> [UInt8] {
        var (result, done): ([UInt8], Int) = ([], 0)
        for reference in found {
            guard let name = names[reference.name] else { continue }
            result += bytes[done..<reference.place.lowerBound]
            result += name.utf8
            done = reference.place.upperBound
        }
        return result + bytes[done...]
    }
}
