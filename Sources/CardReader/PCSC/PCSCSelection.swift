/// Which of pcscd's readers serves a role.
public struct PCSCSelection: Sendable, Hashable {
    /// `reader`, `doctor-reader`.
    public let role: String
    /// The USB port path (`1-1.4`) of the reader; nil where its name decides.
    public let path: String?
    /// The reader's PC/SC name or its beginning; nil where the path decides.
    public let name: String?
    /// The slot of a reader with several, from 0; nil for whichever comes first.
    public let slot: UInt8?
    /// False in a production profile: a reader that is not shown to be real is then refused, not used.
    public let allowsSimulated: Bool

    public init(role: String, path: String?, name: String?, slot: UInt8? = nil, allowsSimulated: Bool) {
        self.role = role
        self.path = path
        self.name = name
        self.slot = slot
        self.allowsSimulated = allowsSimulated
    }

    /// pcscd names each slot by its reader, the reader's number and the slot's, in hexadecimal (readerfactory.c).
    func accepts(name candidate: String) -> Bool {
        if let name, !candidate.hasPrefix(name) { return false }
        guard let slot else { return true }
        return candidate.split(separator: " ").last.flatMap { UInt8($0, radix: 16) } == slot
    }
}
