import Crypto
import Synchronization

/// A PIV card at its contacts, as far as signing goes (NIST SP 800-73-4 part 2): the P-256 key 9C, its certificate,
/// the PIN with its retry counter. The counter survives power-off, the verified state does not.
public final class SimulatedPIVCard: SimulatedCard {
    /// When key 9C asks for the PIN.
    public enum PINPolicy: Sendable, Hashable {
        /// Once after power-on.
        case once
        /// Right before every signature, as SP 800-73-4 part 1 table 4b has it.
        case always
    }

    private struct State {
        var triesLeft: Int
        var isSelected = false
        var isVerified = false
        var pending = SimulatedPendingData()
    }

    private static let application: [UInt8] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00]

    private let key: P256.Signing.PrivateKey
    private let certificateObject: [UInt8]
    private let pin: [UInt8]
    private let tries: Int
    private let policy: PINPolicy
    private let state: Mutex<State>

    /// `rawKey`: the 32-byte scalar. `certificate`: DER. `pin`: 6 to 8 digits. Throws where the key is none.
    public convenience init(
        rawKey: [UInt8], certificate: [UInt8], pin: String, tries: Int = 3, policy: PINPolicy = .once
    ) throws {
        self.init(
            key: try P256.Signing.PrivateKey(rawRepresentation: rawKey), certificate: certificate, pin: pin,
            tries: tries, policy: policy)
    }

    /// `pemKey`: PKCS#8 or SEC1. Throws where the key is none.
    public convenience init(
        pemKey: String, certificate: [UInt8], pin: String, tries: Int = 3, policy: PINPolicy = .once
    ) throws {
        self.init(
            key: try P256.Signing.PrivateKey(pemRepresentation: pemKey), certificate: certificate, pin: pin,
            tries: tries, policy: policy)
    }

    private init(
        key: P256.Signing.PrivateKey, certificate: [UInt8], pin: String, tries: Int, policy: PINPolicy
    ) {
        self.key = key
        self.tries = min(max(tries, 1), 15)
        self.policy = policy
        let digits = Array(pin.utf8.prefix(8))
        self.pin = digits + [UInt8](repeating: 0xFF, count: 8 - digits.count)
        // Part 1 table 10: certificate, CertInfo (uncompressed), error detection code.
        let inner = Self.object(0x70, certificate) + [0x71, 0x01, 0x00, 0xFE, 0x00]
        certificateObject = Self.object(0x53, inner)
        state = Mutex(State(triesLeft: self.tries))
    }

    /// How many tries the PIN has left.
    public var triesLeft: Int { state.withLock(\.triesLeft) }

    public var answerToReset: [UInt8]? {
        [0x3B, 0xD5, 0x18, 0xFF, 0x81, 0x91, 0xFE, 0x1F, 0xC3, 0x50, 0x49, 0x56, 0x4C, 0x42, 0x00]
    }

    public func reset() {
        state.withLock {
            ($0.isSelected, $0.isVerified) = (false, false)
            $0.pending.clear()
        }
    }

    public func transmit(_ apdu: [UInt8]) -> [UInt8] {
        guard let command = SimulatedAPDU(apdu) else { return SimulatedAnswer.status(0x6700) }
        return state.withLock { answer(command, &$0) }
    }

    private func answer(_ command: SimulatedAPDU, _ state: inout State) -> [UInt8] {
        if policy == .always, ![0x20, 0x87, 0xC0].contains(command.ins) { state.isVerified = false }
        switch (command.ins, command.p1, command.p2) {
        case (0xA4, 0x04, 0x00): return select(command, &state)
        case (0xC0, _, _): return state.pending.getResponse(upTo: command.expected ?? 256)
        case _ where !state.isSelected: return SimulatedAnswer.status(0x6D00)
        case (0xCB, 0x3F, 0xFF):
            guard command.data == [0x5C, 0x03, 0x5F, 0xC1, 0x0A] else { return SimulatedAnswer.status(0x6A82) }
            return state.pending.answer(certificateObject, upTo: command.expected ?? 256)
        case (0x20, 0x00, 0x80): return verify(command.data, &state)
        case (0x87, 0x11, 0x9C): return sign(command, &state)
        case (0x87, _, _), (0x20, _, _): return SimulatedAnswer.status(0x6A88)
        default: return SimulatedAnswer.status(0x6D00)
        }
    }

    private func select(_ command: SimulatedAPDU, _ state: inout State) -> [UInt8] {
        // The right-truncated AID selects as well (part 2 section 3.1.1).
        guard command.data.count >= 9, Self.application.starts(with: command.data) else {
            return SimulatedAnswer.status(0x6A82)
        }
        state.isSelected = true
        let identifier = Array(Self.application.suffix(6))
        let template = [0x4F, UInt8(identifier.count)] + identifier + [0x79, 0x07, 0x4F, 0x05]
        return state.pending.answer(
            Self.object(0x61, template + Self.application.prefix(5)), upTo: command.expected ?? 256)
    }

    private func verify(_ candidate: [UInt8], _ state: inout State) -> [UInt8] {
        guard state.triesLeft > 0 else { return SimulatedAnswer.status(0x6983) }
        guard !candidate.isEmpty else {
            return SimulatedAnswer.status(state.isVerified ? 0x9000 : 0x63C0 | UInt16(state.triesLeft))
        }
        guard candidate.count == 8 else { return SimulatedAnswer.status(0x6A80) }
        guard candidate == pin else {
            state.isVerified = false
            state.triesLeft -= 1
            return SimulatedAnswer.status(0x63C0 | UInt16(state.triesLeft))
        }
        (state.isVerified, state.triesLeft) = (true, tries)
        return SimulatedAnswer.status(0x9000)
    }

    private func sign(_ command: SimulatedAPDU, _ state: inout State) -> [UInt8] {
        guard state.isVerified else { return SimulatedAnswer.status(0x6982) }
        let header: [UInt8] = [0x7C, 0x24, 0x82, 0x00, 0x81, 0x20]
        guard command.data.count == 38, command.data.starts(with: header) else { return SimulatedAnswer.status(0x6A80) }
        if policy == .always { state.isVerified = false }
        let digest = RawDigest(bytes: Array(command.data.dropFirst(header.count)))
        guard let signature = try? key.signature(for: digest) else { return SimulatedAnswer.status(0x6F00) }
        let template = Self.object(0x7C, Self.object(0x82, Array(signature.derRepresentation)))
        return state.pending.answer(template, upTo: command.expected ?? 256)
    }

    /// BER-TLV with a one-byte tag.
    private static func object(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
        let count = UInt16(clamping: value.count)
        let low = UInt8(truncatingIfNeeded: count)
        switch count {
        case ..<0x80: return [tag, low] + value
        case ..<0x100: return [tag, 0x81, low] + value
        default: return [tag, 0x82, UInt8(count >> 8), low] + value
        }
    }
}

/// A digest that was computed elsewhere, as a card gets it.
private struct RawDigest: Crypto.Digest {
    static var byteCount: Int { 32 }

    let bytes: [UInt8]

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes(body)
    }

    func makeIterator() -> Array<UInt8>.Iterator { bytes.makeIterator() }

    var description: String { "SHA-256 digest" }
}
