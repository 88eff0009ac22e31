import KioskModel

extension PrinterView: Presentable {
    var exitStatus: CommandExit { device.exitStatus }

    func display(_ words: Words) -> Display {
        var blocks: [Display.Block] = [.table(titles: DeviceStatus.titles(words), [device.row(words)])]
        if let model { blocks.append(.field(words.say("自称", "calls itself"), [model])) }
        blocks.append(.field(words.say("配置", "profile"), ["\(profile), \(dots) \(words.say("点", "dots"))"]))
        blocks.append(.field(words.say("完成确认", "completion"), [way(words)]))
        guard let sensors else {
            blocks.append(.line(words.say("传感器没有应答。", "The sensors did not answer.")))
            return Display(blocks)
        }
        let paper =
            sensors.paperOut
            ? words.say("无纸", "out") : sensors.paperLow ? words.say("将尽", "nearly out") : words.say("有纸", "there")
        blocks.append(.field(words.say("纸", "paper"), [paper]))
        blocks.append(
            .field(
                words.say("盖", "cover"), [sensors.coverOpen ? words.say("打开", "open") : words.say("关闭", "closed")]))
        blocks.append(
            .field(
                words.say("切刀", "cutter"), [sensors.cutterStuck ? words.say("卡住", "stuck") : words.say("正常", "free")]))
        blocks.append(
            .field(
                words.say("联机", "online"), [sensors.offline ? words.say("否", "no") : words.say("是", "yes")]))
        return Display(blocks)
    }

    private func way(_ words: Words) -> String {
        switch completion {
        case "fence": words.say("打印机逐份确认", "the printer confirms each document")
        case "paper-status": words.say("只能由纸状态推断", "only by its paper status")
        case "none": words.say("此机型无法确认", "this model can't tell")
        default: words.say("首次打印时探测", "found out at the first print")
        }
    }
}

extension PrintReport: Presentable {
    var exitStatus: CommandExit { state == "confirmed" ? .ok : .warning }

    func display(_ words: Words) -> Display {
        let what =
            state == "confirmed"
            ? words.say("打印机确认已出纸", "the printer says that it is out") : words.say("请看是否出纸", "look whether it came out")
        return Display([
            .title(Display.Mark(exitStatus), words.say("测试页 ", "test page ") + documentNumber, right: what)
        ])
    }
}
