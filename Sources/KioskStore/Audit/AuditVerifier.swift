import GRDB
import KioskCrypto
import KioskModel

/// Follows the chain link by link.
struct AuditVerifier {
    private(set) var sequence: Int64
    private(set) var head: [UInt8]
    private let gaps: Set<AuditChain.Gap>

    init(sequence: Int64 = 0, head: [UInt8] = AuditLink.start, gaps: Set<AuditChain.Gap> = []) {
        self.sequence = sequence
        self.head = head
        self.gaps = gaps
    }

    /// Takes the next link; returns what is wrong with it.
    mutating func take(_ row: Row) throws -> AuditReport.Break? {
        let link = try AuditLink(row)
        let name = "\(link.kind)/\(link.ref)"
        if link.sequence > sequence, link.sequence - sequence > 1,
            gaps.contains(AuditChain.Gap(first: sequence + 1, last: link.sequence - 1))
        {
            // What lay between is gone, and a later link says so: the chain goes on from here.
            sequence = link.sequence
            head = try row.bytes("hash")
            return nil
        }
        // Not `sequence + 1 ==`: a forged number must not overflow.
        guard link.sequence > sequence, link.sequence - sequence == 1 else {
            return AuditReport.Break(
                sequence: link.sequence, row: name, reason: "link \(link.sequence) follows \(sequence)")
        }
        let hash = link.hash(after: head)
        guard try row.bytes("hash") == hash else {
            return AuditReport.Break(
                sequence: link.sequence, row: name, reason: "link \(link.sequence) is not as it was written"
            )
        }
        sequence = link.sequence
        head = hash
        return nil
    }
}

extension AuditLink {
    init(_ row: Row) throws {
        self.init(
            sequence: try row.decode(forColumn: "seq"), kind: try row.decode(forColumn: "kind"),
            ref: try row.decode(forColumn: "ref"), revision: try row.decode(forColumn: "revision"),
            content: try row.bytes("content"), boot: try row.decode(forColumn: "boot"),
            monotonic: try row.decode(forColumn: "monotonic"), wall: try row.decode(forColumn: "wall"),
            quality: try row.decode(forColumn: "quality"))
    }
}
