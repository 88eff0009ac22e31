import KioskModel

extension StockView: Presentable {
    var exitStatus: CommandExit { .worst(slots.map(\.exitStatus)) }

    func display(_ words: Words) -> Display {
        guard !slots.isEmpty else {
            return Display([.line(words.say("没有相关药道。", "No slot is concerned."))] + recallBlocks(words))
        }
        let titles =
            words.language == .zh
            ? ["药道", "可用", "盒数", "下限", "批号", "效期", "状态", "药品"]
            : ["SLOT", "USABLE", "BOXES", "PAR", "LOT", "EXPIRY", "STATE", "MEDICINE"]
        var blocks: [Display.Block] = [.table(titles: titles, slots.map { $0.row(words) })] + recallBlocks(words)
        if !readsTraceAtDispense {
            blocks += [
                .blank,
                .line(
                    words.say(
                        "追溯码在补货时登记；本机出药时不再扫码。",
                        "Trace codes are those of the refill; this machine does not read them again as a box falls.")),
            ]
        }
        return Display(blocks)
    }

    private func recallBlocks(_ words: Words) -> [Display.Block] {
        guard !recalls.isEmpty else { return [] }
        return [.blank, .heading(words.say("召回", "Recalls"))]
            + recalls.map { recall in
                let what = [recall.lot, recall.medicine].compactMap { $0 }.joined(separator: " · ")
                return .line("\(what): \(recall.reason) (\(recall.by), \(words.shortTime(recall.at)))")
            }
    }
}

extension SlotView {
    fileprivate var exitStatus: CommandExit {
        switch block {
        case nil, .empty: isLow ? .warning : .ok
        case .inDoubt: .needsPerson
        case .temperature: .fault
        case .recalled, .expired, .locked, .wrongUse: .warning
        }
    }

    fileprivate func row(_ words: Words) -> Display.Row {
        let front = boxes.first
        let note = lock.map { lock in
            Display.Note(text: "\(lock.detail) (\(lock.by), \(words.shortTime(lock.at)))", nextStep: nil)
        }
        return Display.Row(
            Display.Mark(exitStatus),
            [
                String(slot), String(usable), String(boxes.count), String(par), front?.lot ?? "-",
                front?.expiry ?? "-", stateName(words), name.isEmpty ? medicine : name,
            ], notes: note.map { [$0] } ?? [])
    }

    private func stateName(_ words: Words) -> String {
        switch block {
        case nil: isLow ? words.say("偏少", "low") : words.say("可用", "open")
        case .empty: words.say("空", "empty")
        case .inDoubt: words.say("待核实", "in doubt")
        case .recalled: words.say("召回", "recalled")
        case .expired: words.say("过期", "expired")
        case .temperature: words.say("温度超限", "temperature")
        case .locked: words.say("已锁", "locked")
        case .wrongUse: words.say("用途不符", "other use")
        }
    }
}
