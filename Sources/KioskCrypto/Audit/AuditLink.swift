import Foundation
import KioskModel

/// One link of the audit chain, written in the same transaction as the row it speaks of.
///
/// Byte layout, version 1. `u64` is big-endian; `text(x)` is the UTF-8 length as `u32` big-endian, then the UTF-8
/// bytes; `h(0)` is 32 zero bytes:
///
///     content = SHA-256( text(visit or "") ‖ text(state) ‖ sealed body )
///     bytes   = text(kind) ‖ text(ref) ‖ u64(revision) ‖ content
///     h(n)    = SHA-256( "kiosk-audit-1\0" ‖ u64(n) ‖ h(n-1) ‖ SHA-256(bytes)
///                        ‖ text(boot) ‖ u64(monotonic ns) ‖ u64(wall ms, two's complement) ‖ text(quality) )
///
/// `content` covers the sealed body, so the chain is checked without any key and stays whole when a patient's key is
/// destroyed; nobody can guess a person from it.
public struct AuditLink: Sendable, Hashable {
    public let sequence: Int64
    public let kind: String
    public let ref: String
    public let revision: Int64
    public let content: [UInt8]
    public let boot: String
    public let monotonic: Int64
    public let wall: Int64
    public let quality: String

    public init(
        sequence: Int64, kind: String, ref: String, revision: Int64, content: [UInt8], boot: String,
        monotonic: Int64, wall: Int64, quality: String
    ) {
        self.sequence = sequence
        self.kind = kind
        self.ref = ref
        self.revision = revision
        self.content = content
        self.boot = boot
        self.monotonic = monotonic
        self.wall = wall
        self.quality = quality
    }

    /// h(0).
    public static let start = [UInt8](repeating: 0, count: 32)
    private static let domain = Array("kiosk-audit-1\u{0}".utf8)

    public func hash(after previous: [UInt8]) -> [UInt8] {
        let row = Digest.sha256(Self.text(kind), Self.text(ref), Self.number(revision), content)
        return Digest.sha256(
            Self.domain, Self.number(sequence), previous, row, Self.text(boot), Self.number(monotonic),
            Self.number(wall), Self.text(quality))
    }

    public static func content(visit: VisitID?, state: String, sealed: [UInt8]) -> [UInt8] {
        Digest.sha256(text(visit ?? ""), text(state), sealed)
    }

    public static func number(_ value: Int64) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    static func text(_ value: String) -> [UInt8] {
        var bytes: [UInt8] = []
        let length = value.utf8.count
        bytes.reserveCapacity(4 + length)
        withUnsafeBytes(of: UInt32(clamping: length).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: value.utf8)
        return bytes
    }
}

/// The kinds of link that speak of the chain itself or of many rows; every other kind is a record's, or `outbox`.
public enum AuditLinkKind {
    /// kioskd began to write; ref: how the run before it ended (`new`, `clean`, `cut`, `salvaged`).
    public static let start = "start"
    /// kioskd ended in order.
    public static let stop = "stop"
    /// A salvage took place; ref: the folder with the damaged files.
    public static let salvage = "salvage"
    /// Links that are gone; ref: first and last number.
    public static let salvageGap = "salvage-gap"
    /// A row that is gone; ref: its kind and id.
    public static let salvageLost = "salvage-lost"
    /// A visit's rows are in the archive; ref: the visit.
    public static let archive = "archive"
    /// A row whose retention has ended was deleted; ref: its kind and id.
    public static let expired = "expired"
    /// A data key was destroyed; ref: the key's id.
    public static let erased = "key-erased"
    /// The store's data keys are wrapped by another kiosk key; ref: the new key's id.
    public static let rekey = "rekey"
    /// Files of a damaged store were destroyed; ref: their folder.
    public static let discarded = "discarded"

    /// Those that stand for no row.
    public static let withoutRow: [String] = [
        start, stop, salvage, salvageGap, salvageLost, archive, expired, erased, rekey, discarded,
    ]
}
