import Testing

@testable import DispenserKit

@Suite struct UpdateTests {
    @Test func `a signed, newer image goes into the other bank, runs on trial, and stays once it is confirmed`() throws
    {
        let rig = try delivered()
        #expect(install(.newer, on: rig) == .ready)
        #expect(rig.cabinet.restarts == 1)
        #expect(rig.boot())
        var report = try #require(firmware(rig))
        #expect(report.version == TestImage.version(3))
        #expect(report.isOnTrial && report.bank == 1 && report.hasLaboratoryKey)
        #expect(rig.dispense(1) == .refused(Refusal(.onTrial, request: MessageType.dispense.rawValue, transaction: 1)))
        #expect(begin(.newest, on: rig) == refused(.onTrial, .updateBegin))
        report = try #require(firmware(rig, .confirm))
        #expect(!report.isOnTrial && report.otherVersion == TestImage.version(2, 3) && report.otherState == .confirmed)
        _ = rig.dispense(1)
        #expect(rig.settle()?.state == .done)
        #expect(rig.boot())
        #expect(firmware(rig)?.version == TestImage.version(3))
        #expect(install(.newest, on: rig) == .ready)
        #expect(rig.boot() && firmware(rig, .confirm)?.bank == 0)
        #expect(rig.flash.overwritten == 0)
    }

    @Test func `an image that is not confirmed is left at the next start, and the kiosk is told`() throws {
        let rig = try delivered()
        #expect(install(.newer, on: rig) == .ready)
        #expect(rig.boot() && firmware(rig)?.isOnTrial == true)
        #expect(rig.boot())
        let report = try #require(firmware(rig))
        #expect(report.version == TestImage.version(2, 3) && !report.isOnTrial)
        #expect(report.abandoned == TestImage.version(3))
        #expect(report.otherState == .tried)
        #expect(install(.newer, on: rig) == .ready, "the same image may be tried again")
    }

    @Test func `an image with which nobody speaks starts anew by itself, and so goes back`() throws {
        let rig = try delivered()
        #expect(install(.newer, on: rig) == .ready)
        #expect(rig.boot())
        let before = rig.cabinet.restarts
        for _ in 0..<120_500 where rig.cabinet.restarts == before { rig.tick() }
        #expect(rig.cabinet.restarts == before + 1)
        #expect(rig.boot() && firmware(rig)?.version == TestImage.version(2, 3))
    }

    @Test func `unsigned, corrupt, older, same and foreign images are refused, and the bank that runs is not touched`()
        throws
    {
        let rig = try delivered()
        let running = rig.flash.banks[0]
        var unsigned = TestImage.newer
        unsigned.signature = TestImage.factory.signature
        #expect(install(unsigned, on: rig) == .failed(.signature))
        var turned = TestImage.newer
        turned.code[100] ^= 1
        #expect(install(turned, on: rig) == .failed(.checksum))
        var crc = CRC32()
        for byte in turned.code { crc.update(byte) }
        turned.header = ImageHeader(
            board: turned.header.board, version: turned.header.version, length: turned.header.length,
            loadAddress: turned.header.loadAddress, codeChecksum: crc.value)
        #expect(install(turned, on: rig) == .failed(.signature), "its CRC is right, its signature is another image's")
        var renamed = TestImage.newest
        renamed.signature = TestImage.newer.signature
        #expect(install(renamed, on: rig) == .failed(.signature))
        for old in [
            TestImage(TestImage.version(2, 3)), TestImage(TestImage.version(2, 2)), TestImage(TestImage.version(1, 9)),
        ] {
            #expect(begin(old, on: rig) == refused(.imageNotNewer, .updateBegin))
        }
        #expect(begin(TestImage(TestImage.version(9), board: 1), on: rig) == refused(.imageUnfit, .updateBegin))
        #expect(begin(TestImage(TestImage.version(9), length: 544), on: rig) == refused(.imageUnfit, .updateBegin))
        #expect(rig.ask(.restart) == refused(.updateOutOfPlace, .restart))
        #expect(rig.flash.banks[0] == running)
        #expect(rig.boot() && firmware(rig)?.version == TestImage.version(2, 3))
        #expect(install(.newer, on: rig) == .ready)
    }

    @Test func `a version that was confirmed once is the least, also after falling back from its damage`() throws {
        let rig = try delivered()
        #expect(install(.newest, on: rig) == .ready)
        #expect(rig.boot() && firmware(rig, .confirm) != nil)
        #expect(begin(.newer, on: rig) == refused(.imageNotNewer, .updateBegin))
        // The flash loses a bit of the newer image: better the older one than none.
        rig.flash.banks[1][300] ^= 1
        #expect(rig.boot())
        let report = try #require(firmware(rig))
        #expect(report.version == TestImage.version(2, 3) && report.abandoned == TestImage.version(4))
        #expect(report.otherState == .damaged)
    }

    @Test func `repeated, late and misplaced pieces change nothing, and an order ends an update that is not installed`()
        throws
    {
        let rig = try delivered()
        #expect(begin(.newer, on: rig) != nil)
        let pieces = Self.pieces(.newer)
        #expect(rig.ask(pieces[1]) == refused(.updateOutOfPlace, .updatePiece))
        _ = rig.ask(pieces[0])
        let changes = rig.flash.changes
        guard case .firmware(let repeated)? = rig.ask(pieces[0]) else { return #expect(Bool(false), "no report") }
        #expect(repeated.received == 224 && rig.flash.changes == changes)
        #expect(rig.ask(.updateFinish) == refused(.updateOutOfPlace, .updateFinish))
        _ = rig.dispense(1)
        #expect(begin(.newer, on: rig) == refused(.busy, .updateBegin))
        #expect(rig.settle()?.state == .done)
        #expect(firmware(rig)?.phase == .idle)
        #expect(rig.ask(pieces[1]) == refused(.updateOutOfPlace, .updatePiece))
        #expect(install(.newer, on: rig) == .ready)
    }

    /// Power is cut at every erasure and every write of an update, its boots included, after every part of it.
    @Test(.timeLimit(.minutes(2)))
    func `wherever power is cut in an update, the board starts with a working image, and the update can be done again`()
        throws
    {
        let (cuts, violations) = try sweep { _ in }
        print("update: \(cuts) cuts of erasures, writes and marks, \(violations.count) boards without a working image")
        #expect(cuts >= 50)
        #expect(violations == [])
    }

    @Test(.timeLimit(.minutes(2))) func `the sweep finds an update that goes into the bank that runs`() throws {
        let (_, violations) = try sweep { $0.namesTheWrongBank = true }
        print("update: the planted bug gave \(violations.count) violations")
        #expect(!violations.isEmpty)
    }

    private func sweep(_ plant: (Rig) -> Void) throws -> (cuts: Int, violations: [String]) {
        var cuts = 0
        var violations: [String] = []
        for part in [0, 3, 8, 15, 16] {
            for change in 0... {
                let rig = try delivered()
                plant(rig)
                _ = rig.boot()
                rig.flash.cut = (rig.flash.changes + change, part)
                let outcome = install(.newer, on: rig)
                if !rig.flash.isOff, outcome == .ready, rig.boot(), !rig.flash.isOff { _ = firmware(rig, .confirm) }
                guard rig.flash.isOff else { break }
                cuts += 1
                if let violation = afterCut(rig) { violations.append("change \(change), \(part)/16: \(violation)") }
            }
        }
        return (cuts, violations)
    }

    /// What a technician does after the cut; what is wrong, or nil.
    private func afterCut(_ rig: Rig) -> String? {
        rig.flash.cut = nil
        guard rig.boot() else { return "no image starts" }
        guard let report = firmware(rig) else { return "it does not answer" }
        if report.version == TestImage.version(2, 3) {
            _ = rig.dispense(1)
            guard rig.settle()?.state == .done else { return "it does not dispense" }
            guard install(.newer, on: rig) == .ready, rig.boot() else { return "it takes no update" }
        }
        guard let confirmed = firmware(rig, .confirm), confirmed.version == TestImage.version(3) else {
            return "the update does not run"
        }
        guard rig.boot(), firmware(rig)?.version == TestImage.version(3) else { return "the update does not stay" }
        _ = rig.dispense(2)
        return rig.settle()?.state == .done ? nil : "the update does not dispense"
    }

    // MARK: What the host does

    private enum Outcome: Equatable {
        case ready
        case failed(UpdateFailure)
        case refused(Reply?)
    }

    private func delivered() throws -> Rig {
        let flash = FlashCells()
        try TestImage.factory.deliver(to: flash)
        let rig = Rig(flash: flash)
        #expect(rig.boot())
        return rig
    }

    private func install(_ image: TestImage, on rig: Rig) -> Outcome {
        let reply = begin(image, on: rig)
        guard case .firmware? = reply else { return .refused(reply) }
        for piece in Self.pieces(image) { _ = rig.ask(piece) }
        guard case .firmware? = rig.ask(.updateFinish) else { return .refused(nil) }
        for _ in 0..<500 where firmware(rig)?.phase == .checking { rig.tick() }
        guard let report = firmware(rig), report.phase == .ready else {
            return .failed(firmware(rig)?.failure ?? .none)
        }
        _ = rig.ask(.restart)
        return .ready
    }

    private func begin(_ image: TestImage, on rig: Rig) -> Reply? {
        rig.ask(.updateBegin(image.header, signature: image.signature))
    }

    private static func pieces(_ image: TestImage) -> [Request] {
        stride(from: 0, to: image.code.count, by: 224).map { offset in
            var piece = UpdatePiece()
            for byte in image.code[offset..<min(offset + 224, image.code.count)] { piece.append(byte) }
            return .updatePiece(offset: UInt32(offset), piece)
        }
    }

    private func firmware(_ rig: Rig, _ request: Request = .firmware) -> FirmwareReport? {
        if case .firmware(let report)? = rig.ask(request) { report } else { nil }
    }

    private func refused(_ reason: Refusal.Reason, _ type: MessageType) -> Reply {
        .refused(Refusal(reason, request: type.rawValue))
    }
}
