/// How far an update is.
public enum UpdatePhase: UInt8, Sendable, Hashable {
    case idle = 0
    case receiving = 1
    /// Everything came; the image is read back from its bank and its signature checked.
    case checking = 2
    /// Installed: the next start tries it.
    case ready = 3
    case failed = 4
}

/// Why an update failed.
public enum UpdateFailure: UInt8, Sendable, Hashable {
    case none = 0
    /// The flash can't be written or read.
    case memory = 1
    /// What lies in the bank is not what the header says.
    case checksum = 2
    case signature = 3
}

/// Takes a new image into the bank that does not run, and checks it there.
///
/// Until its last step, the `installed` mark, the bank counts for nothing: the running image's bank is not touched.
struct FirmwareUpdate {
    /// Work in one call: units read, steps of the signature.
    private static var unitsAtOnce: Int { 8 }
    private static var stepsAtOnce: Int { 4 }

    private(set) var phase = UpdatePhase.idle
    private(set) var failure = UpdateFailure.none
    /// Bytes of code that have come.
    private(set) var received: UInt32 = 0
    private(set) var header: ImageHeader?
    private var bank = 0
    private var signature = FixedBytes<64>()
    private var check: Ed25519Check?
    private var checksum = CRC32()
    private var position = 0

    /// Erases the bank; what lay there is gone.
    mutating func begin(
        _ header: ImageHeader, signature: FixedBytes<64>, bank: Int, flash: inout some BankFlash
    ) throws(StorageError) {
        self = FirmwareUpdate()
        try flash.erase(bank: bank)
        try flash.programVerified(header.bytes, bank: bank, at: 0)
        for half in 0..<2 {
            var unit = FlashUnit()
            for index in 0..<32 { unit.append(signature.byte(at: half * 32 + index) ?? 0xFF) }
            try flash.programVerified(unit, bank: bank, at: ImageBank.signatureAddress + half * 32)
        }
        self.header = header
        self.signature = signature
        self.bank = bank
        phase = .receiving
    }

    /// Takes a piece of the code; one that came before is taken for a repeat. False where it is out of place.
    mutating func write(
        _ piece: UpdatePiece, at offset: UInt32, flash: inout some BankFlash
    ) throws(StorageError) -> Bool {
        guard phase == .receiving, let header, !piece.isEmpty, piece.count % 32 == 0,
            UInt64(offset) + UInt64(piece.count) <= UInt64(header.length), offset <= received
        else { return false }
        if UInt64(offset) + UInt64(piece.count) <= UInt64(received) { return true }
        guard offset == received else { return false }
        var index = 0
        while index < piece.count {
            var unit = FlashUnit()
            for position in 0..<32 { unit.append(piece.byte(at: index + position) ?? 0xFF) }
            do {
                try flash.programVerified(unit, bank: bank, at: ImageBank.codeAddress + Int(received))
            } catch {
                fail(.memory)
                throw error
            }
            received += 32
            index += 32
        }
        return true
    }

    /// Begins the check; a repeat changes nothing. False where the code has not come in whole.
    mutating func finish(key: FixedBytes<32>) -> Bool {
        if phase == .checking || phase == .ready || phase == .failed { return true }
        guard phase == .receiving, let header, received == header.length else { return false }
        guard var check = Ed25519Check(publicKey: key, signature: signature) else {
            fail(.signature)
            return true
        }
        let bytes = header.bytes
        for index in 0..<bytes.count { check.update(bytes.byte(at: index) ?? 0) }
        self.check = check
        phase = .checking
        return true
    }

    /// Does some of what there is to do.
    mutating func advance(_ flash: inout some BankFlash) {
        guard phase == .checking, let header else { return }
        do throws(StorageError) {
            if position < Int(header.length) {
                for _ in 0..<Self.unitsAtOnce where position < Int(header.length) {
                    let unit = try flash.read(bank: bank, at: ImageBank.codeAddress + position)
                    for index in 0..<32 {
                        checksum.update(unit.byte(at: index) ?? 0xFF)
                        check?.update(unit.byte(at: index) ?? 0xFF)
                    }
                    position += 32
                }
                return
            }
            guard checksum.value == header.codeChecksum else { return fail(.checksum) }
            for _ in 0..<Self.stepsAtOnce {
                guard let isGood = check?.step() else { continue }
                guard isGood else { return fail(.signature) }
                try ImageBank.set(.installed, bank: bank, of: &flash)
                check = nil
                phase = .ready
                return
            }
        } catch {
            fail(.memory)
        }
    }

    /// Lets an update go that is not installed yet; its bank then holds nothing that counts.
    mutating func drop() {
        if phase == .receiving || phase == .checking { self = FirmwareUpdate() }
    }

    private mutating func fail(_ reason: UpdateFailure) {
        phase = .failed
        failure = reason
        check = nil
    }
}

/// A piece of an image's code: a multiple of 32 bytes.
public typealias UpdatePiece = FixedBytes<224>
