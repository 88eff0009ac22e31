/// The first place where the chain, or a row that it covers, is not as it was written.
public struct AuditBreak: Codable, Sendable, Hashable {
    /// The link's number; nil for a row that no link covers.
    public let sequence: Int64?
    /// The row's kind and id, where known.
    public let row: String?
    public let reason: String

    public init(sequence: Int64?, row: String?, reason: String) {
        self.sequence = sequence
        self.row = row
        self.reason = reason
    }
}

/// A run of links, by number.
public struct AuditRange: Codable, Sendable, Hashable {
    public let first: Int64
    public let last: Int64

    /// `first-last`, as a `salvage-gap` link names it.
    public var text: String { "\(first)-\(last)" }

    public init(first: Int64, last: Int64) {
        self.first = first
        self.last = last
    }

    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        guard parts.count == 2, let first = parts[0], let last = parts[1], first <= last else { return nil }
        self.init(first: first, last: last)
    }
}

/// Follows the chain link by link.
public struct AuditVerifier: Sendable {
    public private(set) var sequence: Int64
    public private(set) var head: [UInt8]
    private let gaps: Set<AuditRange>

    /// Begins after a link that is taken as it is; `gaps` are those that later links state.
    public init(sequence: Int64 = 0, head: [UInt8] = AuditLink.start, gaps: Set<AuditRange> = []) {
        self.sequence = sequence
        self.head = head
        self.gaps = gaps
    }

    /// Takes the next link with the hash that was stored with it; returns what is wrong.
    public mutating func take(_ link: AuditLink, hash: [UInt8]) -> AuditBreak? {
        let name = "\(link.kind)/\(link.ref)"
        if isStated(before: link.sequence) {
            // What lay between is gone, and a later link says so: the chain goes on from here.
            sequence = link.sequence
            head = hash
            return nil
        }
        // Not `sequence + 1 ==`: a forged number must not overflow.
        guard link.sequence > sequence, link.sequence - sequence == 1 else {
            return AuditBreak(
                sequence: link.sequence, row: name, reason: "link \(link.sequence) follows \(sequence)")
        }
        guard hash == link.hash(after: head) else {
            return AuditBreak(
                sequence: link.sequence, row: name, reason: "link \(link.sequence) is not as it was written")
        }
        sequence = link.sequence
        head = hash
        return nil
    }

    /// Whether the links between the last one and this one are gone and a later link says so.
    private func isStated(before next: Int64) -> Bool {
        next > sequence && next - sequence > 1 && gaps.contains(AuditRange(first: sequence + 1, last: next - 1))
    }
}
