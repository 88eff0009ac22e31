/// What is said about the camera and about who stands before it.
public enum CameraWord: Sendable, Hashable {
    /// Photographs of a person, one after the other, repeated.
    case show([String])
    case showTwo(String, String)
    case holdUp(String)
    case showNobody
    case showDark
    case comeCloser
    case stepBack
    case look(Side)
    case freeze
    case thaw

    /// Where the person turns the head, as they see it themselves.
    public enum Side: String, Sendable, Hashable, CaseIterable { case ahead, left, right }

    static let forms = [
        "show FILE…", "show two people FILE FILE", "hold up photo FILE", "show nobody", "show dark", "come closer",
        "step back", "look left", "look right", "look ahead", "freeze camera", "thaw camera",
    ]

    private static let simple: [String: CameraWord] = [
        "show nobody": .showNobody, "show dark": .showDark, "come closer": .comeCloser, "step back": .stepBack,
        "freeze camera": .freeze, "thaw camera": .thaw,
    ]

    /// Nil where the words are not about the camera.
    init?(_ words: [String]) {
        if let word = Self.simple[words.joined(separator: " ")] {
            self = word
        } else if words.count == 2, words[0] == "look", let side = Side(rawValue: words[1]) {
            self = .look(side)
        } else if words.count == 5, words.starts(with: ["show", "two", "people"]) {
            self = .showTwo(words[3], words[4])
        } else if words.count == 4, words.starts(with: ["hold", "up", "photo"]) {
            self = .holdUp(words[3])
        } else if words.count > 1, words[0] == "show" {
            self = .show(Array(words.dropFirst()))
        } else {
            return nil
        }
    }
}
