/// What the stand-in can do, until told otherwise; platforms differ in it.
public enum PlatformTrait: Sendable, Hashable {
    /// Whether it takes several transactions in one batch.
    case batches(Bool)
    /// Whether it takes compressed bodies; 415 where it does not.
    case gzip(Bool)
    /// Breaks (500) on every request that holds this text; nil for none.
    case poison(String?)
    /// Drops the connection on every request that holds this text; nil for none.
    case breaksOn(String?)

    /// In plain words: `batches`, `no batches`, `gzip`, `no gzip`, `poison TEXT`, `no poison`, `break on TEXT`, `no break`.
    public init?(words: String) {
        switch words {
        case "batches": self = .batches(true)
        case "no batches": self = .batches(false)
        case "gzip": self = .gzip(true)
        case "no gzip": self = .gzip(false)
        case "no poison": self = .poison(nil)
        case "no break": self = .breaksOn(nil)
        default:
            for (prefix, make) in [("poison ", PlatformTrait.poison), ("break on ", PlatformTrait.breaksOn)] {
                let text = words.hasPrefix(prefix) ? String(words.dropFirst(prefix.count)) : ""
                guard text.isEmpty else {
                    self = make(text)
                    return
                }
            }
            return nil
        }
    }
}
