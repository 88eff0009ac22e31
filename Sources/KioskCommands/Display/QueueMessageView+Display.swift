import KioskModel

extension QueueMessageView: Presentable {
    var exitStatus: CommandExit { item.exitStatus }

    func display(_ words: Words) -> Display {
        var blocks: [Display.Block] = [
            .title(Display.Mark(exitStatus), "\(item.sequence)  \(item.kind)", right: item.stateName(words)),
            .blank,
            .field(words.say("编号", "Id"), [item.id]),
        ]
        if let visit = item.visit { blocks.append(.field(words.say("就诊", "Visit"), [visit])) }
        blocks.append(.field(words.say("入队", "Queued"), [words.time(item.queuedAt)]))
        let tries = words.say("\(item.attempts) 次", "\(item.attempts)")
        blocks.append(.field(words.say("已试", "Tries"), [tries]))
        if let priority = item.priority { blocks.append(.field(words.say("优先级", "Priority"), ["P\(priority)"])) }
        let size = words.say("\(item.bytes) 字节", "\(item.bytes) bytes")
        blocks.append(.field(words.say("大小", "Size"), [size] + (digest.map { ["SHA-256 \($0)"] } ?? [])))
        if !resources.isEmpty { blocks.append(.field(words.say("内容", "Holds"), resources)) }
        if item.held == true { blocks.append(.trouble(.warning, words.note(Fault(.syncHeld)))) }
        if let fault = item.fault { blocks.append(.trouble(Display.Mark(exitStatus), words.note(fault))) }
        return Display(blocks)
    }
}
