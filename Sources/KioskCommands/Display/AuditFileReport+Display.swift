import KioskCrypto
import KioskModel

extension AuditFileReport: Presentable {
    var exitStatus: CommandExit { .worst(findings.map { CommandExit($0.code.entry.severity) }) }

    /// What is to be told of the chain, the worst first.
    var findings: [Fault] {
        if let firstBreak {
            let place = firstBreak.sequence.map { "link \($0): " } ?? ""
            return [Fault(.auditBroken, place + firstBreak.reason)]
        }
        var found: [Fault] = []
        if interruptionCount > 0 { found.append(Fault(.auditGap, "\(interruptionCount)")) }
        if signedUpTo == nil {
            found.append(Fault(.auditUnproven, "no device key was given"))
        } else if let signedUpTo, signedUpTo < links {
            found.append(Fault(.auditUnproven, "links \(signedUpTo + 1) to \(links)"))
        }
        return found
    }

    func display(_ words: Words) -> Display {
        var blocks: [Display.Block] = [
            .title(Display.Mark(exitStatus), "\(kiosk)  \(verdict(words))", right: words.say("审计链", "audit chain")),
            .field(words.say("记录", "Links"), ["\(links)"]), .field(words.say("末端", "Head"), [head]),
            .field(words.say("开机", "Boots"), ["\(boots)"]),
            .field(words.say("设备签名", "Signed"), [proof(signedUpTo, words)]),
            .field(words.say("平台见证", "Witnessed"), [proof(witnessedUpTo, words)]),
        ]
        if lostRows > 0 { blocks.append(.field(words.say("丢失", "Lost"), ["\(lostRows)"])) }
        if erasedKeys > 0 { blocks.append(.field(words.say("抹除密钥", "Erased"), ["\(erasedKeys)"])) }
        if !interruptions.isEmpty {
            blocks += [.blank, .heading(words.say("无人报告的间断", "Nobody reported"))]
            blocks.append(.table(titles: [], interruptions.map { row($0, words) }))
        }
        let notes = findings.map {
            Display.Block.trouble(Display.Mark(CommandExit($0.code.entry.severity)), words.note($0))
        }
        return Display(blocks + (notes.isEmpty ? [] : [.blank]) + notes)
    }

    private func verdict(_ words: Words) -> String {
        isWhole ? words.say("完整", "whole") : words.say("断裂", "broken")
    }

    private func proof(_ end: Int64?, _ words: Words) -> String {
        switch end {
        case nil: words.say("未给公钥", "no key given")
        case 0?: words.say("无", "none")
        case let end?: words.say("至第 \(end) 条", "up to link \(end)")
        }
    }

    private func row(_ found: AuditInterruption, _ words: Words) -> Display.Row {
        let time = { (wall: Int64) in words.time(Stamp(boot: "", monotonic: 0, wall: wall, quality: .unconfirmed)) }
        let between = found.from.map { "\(time($0)) – \(time(found.to))" } ?? time(found.to)
        return Display.Row(.warning, [name(found.kind, words), "\(found.after)–\(found.before)", between])
    }

    private func name(_ kind: AuditInterruption.Kind, _ words: Words) -> String {
        switch kind {
        case .powerOff: words.say("断电或重启", "power off or reset")
        case .crash: words.say("程序异常结束", "kioskd crashed or was killed")
        case .unreportedBoot: words.say("未记录的开机", "boot without a start")
        case .outsideRun: words.say("kioskd 之外的写入", "written outside a run of kioskd")
        case .lostLinks: words.say("丢失的记录", "links lost")
        case .clockWentBack: words.say("时钟倒退", "the clock went back")
        }
    }
}
