import Foundation
import KioskCrypto

/// An order that the stand-in has for a kiosk: to send to another address. It may be flawed on purpose.
public struct PlatformOrder: Sendable, Hashable {
    public enum Flaw: String, Sendable, Hashable, CaseIterable {
        case none
        case expired
        /// A number below those before.
        case old
        /// Signed by another key.
        case forged
        /// For another kiosk.
        case stranger
    }

    public let url: String
    public let flaw: Flaw

    public init(url: String, flaw: Flaw = .none) {
        self.url = url
        self.flaw = flaw
    }

    /// In plain words: `order URL`, or `order FLAW URL`.
    public init?(words: String) {
        let parts = words.split(separator: " ").map(String.init)
        guard parts.first == "order", let url = parts.last, url.contains("://") else { return nil }
        switch parts.count {
        case 2: self.init(url: url)
        case 3:
            guard let flaw = Flaw(rawValue: parts[1]) else { return nil }
            self.init(url: url, flaw: flaw)
        default: return nil
        }
    }

    func envelope(kiosk: String, sequence: UInt64, key: EnvelopeSigningKey, now: Date) throws -> [UInt8] {
        let envelope = Envelope(
            kiosk: flaw == .stranger ? "another-kiosk" : kiosk, sequence: flaw == .old ? 1 : sequence, issued: now,
            expires: now.addingTimeInterval(flaw == .expired ? -60 : 86_400), platform: .init(url: url))
        return try envelope.signed(by: flaw == .forged ? EnvelopeSigningKey() : key)
    }
}
