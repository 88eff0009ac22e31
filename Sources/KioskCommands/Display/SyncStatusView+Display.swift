import KioskModel

extension SyncStatusView: Presentable {
    var exitStatus: CommandExit {
        var findings = [lastFault, envelopeFault].compactMap { $0 }.map { CommandExit($0.severity) }
        if queue.quarantined > 0 { findings.append(.needsPerson) }
        if held > 0 { findings.append(.warning) }
        if platform == nil { findings.append(.warning) }
        return .worst(findings)
    }

    func display(_ words: Words) -> Display {
        var blocks: [Display.Block] = [
            .title(Display.Mark(exitStatus), words.say("上传  ", "Sync  ") + stateName(words), right: platform ?? "-"),
            .blank,
        ]
        if let addressedBy, addressedBy != "configuration" {
            blocks.append(.field(words.say("地址", "Address"), [words.say("由 \(addressedBy) 指定", "by \(addressedBy)")]))
        }
        var counts = [
            words.say("待上传 \(queue.pending)", "\(queue.pending) waiting"),
            words.say("被拒绝 \(queue.quarantined)", "\(queue.quarantined) refused"),
        ]
        if held > 0 { counts.append(words.say("暂停 \(held)", "\(held) held")) }
        blocks.append(.field(words.say("记录", "Records"), [counts.joined(separator: " · ")]))
        if let oldest = queue.oldestSeconds, queue.pending > 0 {
            blocks.append(.field(words.say("最久", "Oldest"), [words.duration(oldest)]))
        }
        if let last = lastAcknowledged { blocks.append(.field(words.say("上次", "Last"), [words.time(last)])) }
        if let retrySeconds { blocks.append(.field(words.say("重试", "Next try"), [words.duration(retrySeconds)])) }
        if let envelope { blocks.append(.field(words.say("指令", "Order"), [String(envelope)])) }
        for fault in [lastFault, envelopeFault].compactMap({ $0 }) {
            blocks.append(.trouble(Display.Mark(CommandExit(fault.severity)), words.note(fault)))
        }
        return Display(blocks)
    }

    private func stateName(_ words: Words) -> String {
        switch (breaker, state) {
        case ("open"?, _): words.say("等待重试", "waits to try again")
        case (_, "idle"): words.say("空闲", "idle")
        case (_, "sending"): words.say("正在上传", "sending")
        case (_, "waiting"): words.say("等待重试", "waits to try again")
        case (_, "down"): words.say("已停止", "not running")
        default: state
        }
    }
}
