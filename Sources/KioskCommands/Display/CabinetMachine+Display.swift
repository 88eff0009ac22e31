import KioskModel

extension CabinetFirmware: Presentable {
    var exitStatus: CommandExit { abandoned == nil && !onTrial ? .ok : .warning }

    func display(_ words: Words) -> Display {
        var blocks: [Display.Block] = [
            .field(words.say("固件", "Firmware"), ["\(version) · \(board)"]),
            .field(words.say("备用", "Standby"), [standby ?? words.say("无", "none")]),
        ]
        if onTrial {
            blocks.append(
                .field(words.say("状态", "State"), [words.say("试运行，未确认", "on trial, not confirmed")]))
        }
        if let abandoned {
            blocks.append(
                .field(words.say("已弃用", "Left aside"), ["\(abandoned) · \(FaultCode.firmwareFellBack.rawValue)"]))
        }
        if laboratoryKey {
            blocks.append(
                .field(
                    words.say("密钥", "Key"), [words.say("实验室密钥，不得用于正式运行", "the laboratory's: not for patients")]))
        }
        return Display(blocks)
    }
}

extension HomingView: Presentable {
    var exitStatus: CommandExit {
        if locked || fallen == nil { return .needsPerson }
        return outcome == .done ? .ok : .fault
    }

    func display(_ words: Words) -> Display {
        let ended =
            switch outcome {
            case .done: words.say("已归位", "home")
            case .jam: words.say("卡住", "jammed")
            case .door: words.say("柜门打开，已停止", "stopped: the door was open")
            case .notStarted: words.say("未开始", "not started")
            case .unverified: words.say("已归位，传感器失效", "home, the drop sensor is blind")
            case .interrupted: words.say("断电中断", "interrupted by a loss of power")
            case .noDrop, .unknown: words.say("结果不明", "unknown")
            }
        var blocks: [Display.Block] = [
            .field(words.say("药道 \(slot)", "Slot \(slot)"), [ended]),
            .field(
                words.say("落下", "Fallen"),
                [fallen.map { words.say("\($0) 盒", "\($0) boxes") } ?? words.say("不明", "nobody knows")]),
        ]
        if locked {
            blocks.append(
                .line(
                    words.say(
                        "药道已锁：检查出药口，用 refill --replace 清点。",
                        "The slot is shut: look into the tray, then count it with refill --replace.")))
        }
        return Display(blocks)
    }
}

extension DoorView: Presentable {
    var exitStatus: CommandExit { .ok }

    func display(_ words: Words) -> Display {
        Display([
            .line(
                open
                    ? words.say("柜门已打开。", "The door is open.")
                    : words.say("门锁已释放，请拉开柜门。", "The latch is released: pull the door."))
        ])
    }
}
