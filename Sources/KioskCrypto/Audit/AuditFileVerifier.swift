import KioskModel

/// Checks an exported chain: every link, every signature, and what happened that nobody reported.
///
/// Needs nothing but the file and public keys; memory is bounded whatever the file's length.
public struct AuditFileVerifier {
    private let deviceKey: VerifyingKey?
    private let witnessKey: EnvelopeKey?
    private var report: AuditFileReport
    private var verifier: AuditVerifier
    private var last: AuditLink?
    /// Whether kioskd runs, as far as the chain has told.
    private var isRunning = false
    private var hasRuns = false

    private static let mostListed = 1000
    private static let clockTolerance: Int64 = 60_000

    /// Checks the file at `path`. Throws `auditFileInvalid` where it is none; a broken chain is no error but a result.
    ///
    /// `deviceKey`: the kiosk's public key; `witnessKey`: the platform's.
    public static func verify(
        path: String, deviceKey: VerifyingKey?, witnessKey: EnvelopeKey?
    ) throws(Fault) -> AuditFileReport {
        let gaps = try statedGaps(path)
        var reader = try AuditFileReader(path: path)
        var verifier = AuditFileVerifier(
            kiosk: try reader.header().kiosk, gaps: gaps, deviceKey: deviceKey, witnessKey: witnessKey)
        while let entry = try reader.entry() {
            switch entry {
            case .link(let line):
                guard let (link, hash) = line.value else {
                    throw Fault(.auditFileInvalid, "line \(reader.line) has no digest where one belongs")
                }
                verifier.take(link, hash)
            case .checkpoint(let line): verifier.take(line)
            }
            if verifier.report.firstBreak != nil { break }
        }
        return verifier.finished
    }

    /// What later links say is gone must be known before the place where it is gone.
    private static func statedGaps(_ path: String) throws(Fault) -> Set<AuditRange> {
        var reader = try AuditFileReader(path: path)
        _ = try reader.header()
        var gaps: Set<AuditRange> = []
        while let entry = try reader.entry() {
            guard case .link(let line) = entry, line.kind == AuditLinkKind.salvageGap else { continue }
            if let gap = AuditRange(line.ref) { gaps.insert(gap) }
        }
        return gaps
    }

    private init(kiosk: String, gaps: Set<AuditRange>, deviceKey: VerifyingKey?, witnessKey: EnvelopeKey?) {
        self.deviceKey = deviceKey
        self.witnessKey = witnessKey
        report = AuditFileReport(kiosk: kiosk)
        report.signedUpTo = deviceKey == nil ? nil : 0
        report.witnessedUpTo = witnessKey == nil ? nil : 0
        verifier = AuditVerifier(gaps: gaps)
    }

    private var finished: AuditFileReport {
        var report = report
        report.links = verifier.sequence
        report.head = Hex.encode(verifier.head)
        return report
    }

    // MARK: Links

    private mutating func take(_ link: AuditLink, _ hash: [UInt8]) {
        let expected = verifier.sequence
        if let found = verifier.take(link, hash: hash) {
            report.firstBreak = found
            return
        }
        if link.sequence > expected, link.sequence - expected > 1 { note(.lostLinks, at: link) }
        follow(link)
        if link.kind == AuditLinkKind.salvageLost { report.lostRows += 1 }
        if link.kind == AuditLinkKind.erased { report.erasedKeys += 1 }
        if last?.boot != link.boot { report.boots += 1 }
        last = link
    }

    private mutating func follow(_ link: AuditLink) {
        let isNewBoot = last.map { $0.boot != link.boot } ?? false
        switch link.kind {
        case AuditLinkKind.start:
            if isRunning { note(isNewBoot ? .powerOff : .crash, at: link) }
            isRunning = true
            hasRuns = true
        case AuditLinkKind.stop:
            if isNewBoot { note(.unreportedBoot, at: link) }
            isRunning = false
        // A salvage writes before kioskd says that it starts.
        case AuditLinkKind.salvage, AuditLinkKind.salvageGap, AuditLinkKind.salvageLost: break
        default:
            if isNewBoot, isRunning {
                note(.unreportedBoot, at: link)
            } else if hasRuns, !isRunning, last?.kind == AuditLinkKind.stop {
                note(.outsideRun, at: link)
            }
        }
        if let last, last.wall - link.wall > Self.clockTolerance, !(last.wall < 0 || link.wall < 0) {
            note(.clockWentBack, at: link)
        }
    }

    private mutating func note(_ kind: AuditInterruption.Kind, at link: AuditLink) {
        report.interruptionCount += 1
        guard report.interruptions.count < Self.mostListed else { return }
        report.interruptions.append(
            AuditInterruption(
                kind: kind, after: last?.sequence ?? 0, before: link.sequence, from: last?.wall, to: link.wall))
    }

    // MARK: Signatures

    private mutating func take(_ line: AuditFile.CheckpointLine) {
        guard let signed = Base64URL.decode(line.signed), let checkpoint = try? AuditCheckpoint(parsing: signed) else {
            return fail("a checkpoint after link \(verifier.sequence) can't be read")
        }
        let statement = checkpoint.statement
        guard statement.kiosk == report.kiosk else { return fail("checkpoint \(statement.seq) is another kiosk's") }
        guard statement.seq == verifier.sequence, statement.head == Hex.encode(verifier.head) else {
            return fail("checkpoint \(statement.seq) signs another chain")
        }
        report.checkpoints += 1
        if let deviceKey {
            guard (try? checkpoint.verify(with: deviceKey)) != nil else {
                return fail("the signature of checkpoint \(statement.seq) is not this device's")
            }
            report.signedUpTo = statement.seq
        }
        guard let witnessKey, let signature = line.witness else { return }
        let witness = AuditWitness(
            kiosk: statement.kiosk, sequence: statement.seq, head: statement.head, signature: signature)
        guard witness.verifies(with: witnessKey) else {
            return fail("the countersignature of checkpoint \(statement.seq) is not the platform's")
        }
        report.witnessedUpTo = statement.seq
    }

    private mutating func fail(_ reason: String) {
        report.firstBreak = AuditBreak(sequence: verifier.sequence, row: nil, reason: reason)
    }
}
