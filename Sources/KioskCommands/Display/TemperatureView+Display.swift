import KioskModel

extension TemperatureView: Presentable {
    var exitStatus: CommandExit { now?.degrees == nil ? .warning : .ok }

    func display(_ words: Words) -> Display {
        guard let now else { return Display([.line(words.say("还没有温度记录。", "There is no reading yet."))]) }
        let at = Stamp(boot: "", monotonic: 0, wall: now.at, quality: .unconfirmed)
        let last = now.degrees.map { "\($0) °C" } ?? words.say("无读数", "no reading")
        var blocks: [Display.Block] = [.field(words.say("当前", "Now"), ["\(last) · \(words.shortTime(at))"])]
        if let least, let most {
            blocks.append(.field(words.say("24 小时", "Last day"), ["\(least) … \(most) °C"]))
        }
        let silent = readings.count { $0.degrees == nil }
        if silent > 0 {
            blocks.append(
                .field(words.say("缺失", "Missing"), [words.say("\(silent) 次无读数", "\(silent) without a number")]))
        }
        blocks.append(.field(words.say("已保存", "Kept"), [words.say("\(kept) 条", "\(kept) readings")]))
        return Display(blocks)
    }
}
