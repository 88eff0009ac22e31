import KioskModel

extension QueueItemView {
    func stateName(_ words: Words) -> String {
        switch state {
        case "pending": held == true ? words.say("已暂停", "held") : words.say("待上传", "waiting")
        case "quarantined": words.say("被拒绝", "refused")
        case "acknowledged": words.say("已确认", "sent")
        default: state
        }
    }

    var exitStatus: CommandExit {
        if state == "quarantined" { return .needsPerson }
        guard state == "pending", let fault else { return .ok }
        return CommandExit(fault.code.entry.severity)
    }
}

extension QueueList: Presentable {
    var exitStatus: CommandExit { .worst(items.map(\.exitStatus)) }

    func display(_ words: Words) -> Display {
        guard !items.isEmpty else {
            return Display([.line(words.say("没有待上传的记录。", "Nothing waits for the platform."))])
        }
        let titles =
            words.language == .zh
            ? ["序号", "类型", "状态", "次数", "入队", "就诊"] : ["NO.", "KIND", "STATE", "TRY", "QUEUED", "VISIT"]
        return Display([.table(titles: titles, Display.Row.merging(items.map { row($0, words) }))])
    }

    private func row(_ item: QueueItemView, _ words: Words) -> Display.Row {
        let isWaiting = item.state == "pending" && item.exitStatus == .ok
        return Display.Row(
            isWaiting ? .none : Display.Mark(item.exitStatus),
            [
                String(item.sequence), item.kind, item.stateName(words), String(item.attempts),
                words.shortTime(item.queuedAt), item.visit ?? "-",
            ], notes: item.fault.map { [words.note($0)] } ?? [])
    }
}
