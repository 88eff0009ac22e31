/// Which of pcscd's readers serves a role.
public struct PCSCSelection: Sendable, Hashable {
    /// `reader`, `doctor-reader`.
    public let role: String
    /// The USB port path (`1-1.4`) of the reader; nil where its name decides.
    public let path: String?
    /// The reader's PC/SC name or its beginning; nil where the path decides.
    public let name: String?
    /// False in a production profile: a reader that is not shown to be real is then refused, not used.
    public let allowsSimulated: Bool

    public init(role: String, path: String?, name: String?, allowsSimulated: Bool) {
        self.role = role
        self.path = path
        self.name = name
        self.allowsSimulated = allowsSimulated
    }
}
