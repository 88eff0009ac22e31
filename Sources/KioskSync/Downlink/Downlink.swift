import Foundation
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore

/// Takes the platform's newest order, where it is genuine, for this kiosk, new and in force.
public actor Downlink {
    private let kiosk: String
    private let key: EnvelopeKey?
    private let keyID: String
    private let store: Store
    private let ratchet: EnvelopeRatchet
    private let clock: any KioskClock
    private var lastFetch: UInt64?

    /// The order that was followed last.
    public private(set) var current: Envelope?
    /// Why the platform's order was not followed.
    public private(set) var fault: Fault?

    /// Nanoseconds after which an order is asked for again while all is well.
    private static let interval: UInt64 = 900 * 1_000_000_000

    /// `keyHex`: the Ed25519 public key; without it no order is followed. Throws `registryBadSignature` for no key.
    public init(
        kiosk: String, keyHex: String?, store: Store, folder: String, clock: any KioskClock
    ) throws(Fault) {
        self.kiosk = kiosk
        key = try keyHex.map { hex throws(Fault) in try EnvelopeKey(hex: hex) }
        keyID = Hex.encode(Digest.sha256(Array((keyHex ?? "").lowercased().utf8)))
        self.store = store
        self.clock = clock
        ratchet = EnvelopeRatchet(store: store, folder: folder)
    }

    /// Whether it is time to ask: at the first contact, after a failure, and now and then.
    func isDue(isProbe: Bool) -> Bool {
        guard key != nil else { return false }
        guard !isProbe, let lastFetch else { return true }
        return clock.stamp().monotonic &- lastFetch >= Self.interval
    }

    /// The order did not come; it is asked for again when it is due.
    func missed(_ why: Fault) {
        lastFetch = clock.stamp().monotonic
        fault = why
    }

    /// Takes what the platform answered, nil where it has no order for this kiosk; gives the order that counts, and
    /// the SHA-256 of its bytes.
    func take(_ bytes: [UInt8]?) async -> (envelope: Envelope, digest: String)? {
        lastFetch = clock.stamp().monotonic
        guard let bytes else { return nil }
        do throws(Fault) {
            let envelope = try await accept(bytes)
            fault = nil
            current = envelope
            return (envelope, Hex.encode(Digest.sha256(bytes)))
        } catch {
            fault = error
            return nil
        }
    }

    /// Checks an envelope and raises the ratchet to it; only then is it the current one.
    ///
    /// Throws `syncEnvelopeInvalid`, `syncEnvelopeRolledBack` or `syncEnvelopeExpired`, and the store's faults.
    public func accept(_ bytes: [UInt8]) async throws(Fault) -> Envelope {
        guard let key else { throw Fault(.syncEnvelopeInvalid, "no key for orders is configured") }
        let envelope = try Envelope(bytes, key: key)
        guard envelope.kiosk == kiosk else { throw Fault(.syncEnvelopeInvalid, "it is for another kiosk") }
        let digest = Hex.encode(Digest.sha256(bytes))
        let last = try await ratchet.mark(of: keyID)
        if let last, envelope.sequence < last.sequence || envelope.sequence == last.sequence && digest != last.digest {
            throw Fault(.syncEnvelopeRolledBack, "number \(envelope.sequence), last seen \(last.sequence)")
        }
        // A clock that goes back does not make an order young again.
        let now = max(clock.latest, last?.issued ?? 0)
        guard Double(now) / 1000 <= envelope.expires.timeIntervalSince1970 else {
            throw Fault(.syncEnvelopeExpired, "number \(envelope.sequence)")
        }
        let mark = EnvelopeRatchet.Mark(
            sequence: envelope.sequence, digest: digest, issued: Int64(envelope.issued.timeIntervalSince1970 * 1000))
        if mark != last { try await ratchet.raise(keyID, to: mark) }
        await clock.learn(mark.issued, isNow: false)
        return envelope
    }
}
