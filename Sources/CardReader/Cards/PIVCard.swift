import KioskCrypto
import KioskModel

/// A PIV card's application, as far as a doctor's signature needs it (NIST SP 800-73-4 part 2).
enum PIVCard {
    static let application: [UInt8] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00]

    /// The PIN in the form of section 2.4.3: 6 to 8 digits, filled with FF. Nil for anything else.
    static func encode(_ pin: Secret<String>) -> [UInt8]? {
        pin.reveal { text in
            let digits = Array(text.utf8)
            guard (6...8).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return digits + [UInt8](repeating: 0xFF, count: 8 - digits.count)
        }
    }

    /// Throws `doctorCardAbsent` where the card is of another kind.
    static func select(_ channel: CardChannel) async throws(Fault) {
        let answer = try await channel.transmit(.select(application: application, expected: 0))
        guard answer.status == .success else {
            throw Fault(
                .doctorCardAbsent, "the card in the reader is not a doctor's card (\(answer.status))",
                device: channel.reader.role)
        }
    }

    /// The certificate of the digital signature key 9C (object 5FC10A, part 1 appendix A), DER.
    static func certificate(_ channel: CardChannel) async throws(Fault) -> [UInt8] {
        let role = channel.reader.role
        let object: [UInt8] = [0x5C, 0x03, 0x5F, 0xC1, 0x0A]
        let answer = try await channel.transmit(CommandAPDU(0x00, 0xCB, 0x3F, 0xFF, data: object, expected: 0))
        guard answer.status == .success else {
            throw Fault(.cardDataInvalid, "GET DATA 5FC10A: \(answer.status)", device: role)
        }
        guard let outer = try? TagLengthValue.ber(answer.data), outer.count == 1, outer[0].tag == 0x53,
            let inner = try? TagLengthValue.ber(outer[0].value),
            let certificate = inner.first(where: { $0.tag == 0x70 })?.value, !certificate.isEmpty
        else { throw Fault(.cardDataInvalid, "object 5FC10A is malformed", device: role) }
        let information = inner.first { $0.tag == 0x71 }?.value ?? [0]
        guard information == [0] else { throw Fault(.cardDataInvalid, "the certificate is compressed", device: role) }
        return certificate
    }

    /// VERIFY against the application PIN (section 3.2.1). A wrong PIN costs a try on the card.
    static func verify(pin encoded: [UInt8], _ channel: CardChannel) async throws(Fault) {
        let role = channel.reader.role
        let answer = try await channel.transmit(CommandAPDU(0x00, 0x20, 0x00, 0x80, data: encoded))
        switch (answer.status, answer.status.triesLeft) {
        case (.success, _): return
        case (.authenticationBlocked, _), (_, 0): throw Fault(.doctorPINBlocked, "no tries left", device: role)
        case (_, let left?):
            throw Fault(.doctorPINWrong, "\(left) \(left == 1 ? "try" : "tries") left", device: role)
        default: throw Fault(.doctorSignatureFailed, "VERIFY: \(answer.status)", device: role)
        }
    }

    /// GENERAL AUTHENTICATE with key 9C, algorithm 11 (ECC P-256), section 3.2.4: 64 bytes r ‖ s over a digest.
    ///
    /// Throws `doctorPINNeeded` where the card wants its PIN first.
    static func sign(digest: [UInt8], _ channel: CardChannel) async throws(Fault) -> [UInt8] {
        let role = channel.reader.role
        guard digest.count == 32 else {
            throw Fault(.doctorSignatureFailed, "a digest of \(digest.count) bytes, not 32", device: role)
        }
        let template: [UInt8] = [0x7C, 0x24, 0x82, 0x00, 0x81, 0x20] + digest
        let answer = try await channel.transmit(CommandAPDU(0x00, 0x87, 0x11, 0x9C, data: template, expected: 0))
        guard answer.status != .securityNotSatisfied else {
            throw Fault(.doctorPINNeeded, "\(answer.status)", device: role)
        }
        guard answer.status == .success else {
            throw Fault(.doctorSignatureFailed, "GENERAL AUTHENTICATE: \(answer.status)", device: role)
        }
        guard let outer = try? TagLengthValue.ber(answer.data), outer.count == 1, outer[0].tag == 0x7C,
            let inner = try? TagLengthValue.ber(outer[0].value), inner.count == 1, inner[0].tag == 0x82,
            let signature = DERSignature.raw(inner[0].value)
        else { throw Fault(.doctorSignatureFailed, "the card's signature is malformed", device: role) }
        return signature
    }
}
