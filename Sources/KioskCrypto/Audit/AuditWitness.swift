/// The platform's countersignature of a checkpoint: it has seen this chain at this link.
///
/// A kiosk whose disk was rolled back, or whose own key was stolen, can't undo what the platform has witnessed.
/// Ed25519 over `"kiosk-witness-1\0" ‖ text(kiosk) ‖ u64(seq) ‖ head` (`text`, `u64` as in `AuditLink`).
public struct AuditWitness: Codable, Sendable, Hashable {
    public let kiosk: String
    public let sequence: Int64
    /// The link's hash, hex.
    public let head: String
    /// 64 bytes, hex.
    public let signature: String

    public init(kiosk: String, sequence: Int64, head: String, signature: String) {
        self.kiosk = kiosk
        self.sequence = sequence
        self.head = head
        self.signature = signature
    }

    /// What the platform signs; nil where `head` is no hash.
    public static func input(kiosk: String, sequence: Int64, head: String) -> [UInt8]? {
        guard let hash = Hex.decode(head), hash.count == 32 else { return nil }
        return Array("kiosk-witness-1\u{0}".utf8) + AuditLink.text(kiosk) + AuditLink.number(sequence) + hash
    }

    /// Whether the platform's key made this countersignature.
    public func verifies(with key: EnvelopeKey) -> Bool {
        guard let input = Self.input(kiosk: kiosk, sequence: sequence, head: head),
            let signature = Hex.decode(signature)
        else { return false }
        return key.verifies(signature, over: input)
    }
}

extension AuditWitness {
    /// Countersigns a checkpoint, for those who hold the platform's key (the platform, a laboratory).
    public init(of statement: AuditCheckpoint.Statement, key: EnvelopeSigningKey) throws {
        let input = Self.input(kiosk: statement.kiosk, sequence: statement.seq, head: statement.head) ?? []
        self.init(
            kiosk: statement.kiosk, sequence: statement.seq, head: statement.head,
            signature: Hex.encode(try key.sign(input)))
    }
}
