import Foundation
import KioskCrypto
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
struct AuditLink: Sendable, Hashable {
    let sequence: Int64
    let kind: String
    let ref: String
    let revision: Int64
    let content: [UInt8]
    let boot: String
    let monotonic: Int64
    let wall: Int64
    let quality: String

    static let start = [UInt8](repeating: 0, count: 32)
    private static let domain = Array("kiosk-audit-1\u{0}".utf8)

    func hash(after previous: [UInt8]) -> [UInt8] {
        let bytes = Self.text(kind) + Self.text(ref) + Self.number(revision) + content
        var input = Self.domain + Self.number(sequence) + previous + Digest.sha256(bytes)
        input += Self.text(boot) + Self.number(monotonic) + Self.number(wall) + Self.text(quality)
        return Digest.sha256(input)
    }

    static func content(visit: VisitID?, state: String, sealed: [UInt8]) -> [UInt8] {
        Digest.sha256(text(visit ?? "") + text(state) + sealed)
    }

    static func number(_ value: Int64) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    private static func text(_ value: String) -> [UInt8] {
        let bytes = Array(value.utf8)
        return withUnsafeBytes(of: UInt32(clamping: bytes.count).bigEndian) { Array($0) } + bytes
    }
}
