// What the host asks about the firmware. One image runs; an update goes into the other bank.

extension Controller {
    mutating func firmwareReply(to request: Request) -> Reply {
        do throws(Refusal) {
            switch request {
            case .updateBegin(let header, let signature): try beginUpdate(header, signature)
            case .updatePiece(let offset, let piece): try take(piece, at: offset)
            case .updateFinish:
                guard update.finish(key: board.updateKey) else { throw refusal(.updateOutOfPlace, .updateFinish) }
            case .restart:
                guard !isMoving else { throw refusal(.busy, .restart) }
                // Only into a new image: a question that is repeated must not start the image on trial a second time.
                guard update.phase == .ready else { throw refusal(.updateOutOfPlace, .restart) }
                wantsRestart = true
            case .confirm: try confirm()
            default: break
            }
            return .firmware(report())
        } catch {
            return .refused(error)
        }
    }

    private var runningBank: Int { Int(board.boot.bank & 1) }

    private mutating func report() -> FirmwareReport {
        let other = bankBeside()
        var report = FirmwareReport(
            version: board.firmware, bank: board.boot.bank, board: board.target.board, abandoned: board.boot.abandoned,
            otherState: other.state,
            otherVersion: other.version)
        report.isOnTrial = isOnTrial
        report.hasLaboratoryKey = board.hasLaboratoryKey
        report.phase = update.phase
        report.failure = update.failure
        report.received = update.received
        return report
    }

    private mutating func beginUpdate(_ header: ImageHeader, _ signature: FixedBytes<64>) throws(Refusal) {
        guard !isMoving else { throw refusal(.busy, .updateBegin) }
        // Erasing now would take the only image that is known to work.
        guard !isOnTrial else { throw refusal(.onTrial, .updateBegin) }
        guard board.target.takes(header), Int(header.length) <= board.flash.bankSize - ImageBank.codeAddress else {
            throw refusal(.imageUnfit, .updateBegin)
        }
        guard header.version > board.firmware, header.version > confirmedElsewhere() else {
            throw refusal(.imageNotNewer, .updateBegin)
        }
        otherBank = nil
        do throws(StorageError) {
            try update.begin(header, signature: signature, bank: 1 - runningBank, flash: &board.flash)
        } catch {
            throw refusal(.memory, .updateBegin)
        }
    }

    /// The version in the other bank, where it was confirmed once: it may run again only by falling back.
    private mutating func confirmedElsewhere() -> FirmwareVersion {
        let other = bankBeside()
        return other.state == .confirmed ? other.version : ImageBank.unreadable.version
    }

    /// The bank that does not run. While an update goes into it, it is read anew.
    private mutating func bankBeside() -> ImageBank {
        if update.phase == .idle, let otherBank { return otherBank }
        let read = try? ImageBank(reading: 1 - runningBank, of: &board.flash, for: board.target)
        let other = read ?? .unreadable
        otherBank = update.phase == .idle ? other : nil
        return other
    }

    private mutating func take(_ piece: UpdatePiece, at offset: UInt32) throws(Refusal) {
        let isInPlace: Bool
        do throws(StorageError) {
            isInPlace = try update.write(piece, at: offset, flash: &board.flash)
        } catch {
            throw refusal(.memory, .updatePiece)
        }
        guard isInPlace else { throw refusal(.updateOutOfPlace, .updatePiece) }
    }

    private mutating func confirm() throws(Refusal) {
        guard isOnTrial else { return }
        do throws(StorageError) {
            try ImageBank.set(.confirmed, bank: runningBank, of: &board.flash)
        } catch {
            throw refusal(.memory, .confirm)
        }
        isOnTrial = false
    }

    private func refusal(_ reason: Refusal.Reason, _ type: MessageType) -> Refusal {
        Refusal(reason, request: type.rawValue)
    }
}
