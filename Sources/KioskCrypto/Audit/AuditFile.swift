import Foundation

/// An exported audit chain: lines of JSON that anyone can read, one for each link and each checkpoint.
///
/// The first line is `{"format":"kiosk-audit-1", …}`; then come links (`{"link":{…}}`) in their order, each checkpoint
/// (`{"checkpoint":{…}}`) after the link that it signs. Binary values are hex or, for signed bytes, base64url.
public enum AuditFile {
    public static let format = "kiosk-audit-1"

    /// The longest line that is read, in bytes: a link is some hundred bytes, a checkpoint about a thousand.
    static let longestLine = 16 * 1024

    /// The first line.
    public struct Header: Codable, Sendable, Hashable {
        public let format: String
        public let kiosk: String
        /// Milliseconds since 1970 when it was exported.
        public let exported: Int64

        public init(kiosk: String, exported: Int64) {
            format = AuditFile.format
            self.kiosk = kiosk
            self.exported = exported
        }
    }

    /// A link with the hash that was stored with it.
    public struct LinkLine: Codable, Sendable, Hashable {
        let seq: Int64
        let kind: String
        let ref: String
        let rev: Int64
        let content: String
        let boot: String
        let mono: Int64
        let wall: Int64
        let quality: String
        let hash: String

        public init(_ link: AuditLink, hash: [UInt8]) {
            seq = link.sequence
            kind = link.kind
            ref = link.ref
            rev = link.revision
            content = Hex.encode(link.content)
            boot = link.boot
            mono = link.monotonic
            wall = link.wall
            quality = link.quality
            self.hash = Hex.encode(hash)
        }

        /// Nil where a digest is none.
        var value: (link: AuditLink, hash: [UInt8])? {
            guard let content = Hex.decode(content), content.count == 32, let hash = Hex.decode(hash), hash.count == 32
            else { return nil }
            let link = AuditLink(
                sequence: seq, kind: kind, ref: ref, revision: rev, content: content, boot: boot, monotonic: mono,
                wall: wall, quality: quality)
            return (link, hash)
        }
    }

    /// A checkpoint as it was signed, with the platform's countersignature where there is one.
    public struct CheckpointLine: Codable, Sendable, Hashable {
        let signed: String
        let witness: String?

        public init(signed: [UInt8], witness: [UInt8]?) {
            self.signed = Base64URL.encode(signed)
            self.witness = witness.map { Hex.encode($0) }
        }
    }

    /// One line after the first.
    public enum Line: Codable, Sendable, Hashable {
        case link(LinkLine)
        case checkpoint(CheckpointLine)

        private enum Key: String, CodingKey { case link, checkpoint }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            if let link = try container.decodeIfPresent(LinkLine.self, forKey: .link) {
                self = .link(link)
            } else {
                self = .checkpoint(try container.decode(CheckpointLine.self, forKey: .checkpoint))
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            switch self {
            case .link(let line): try container.encode(line, forKey: .link)
            case .checkpoint(let line): try container.encode(line, forKey: .checkpoint)
            }
        }
    }
}
