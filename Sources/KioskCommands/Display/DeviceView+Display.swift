import KioskModel

extension DeviceView: Presentable {
    var exitStatus: CommandExit { device.exitStatus }

    func display(_ words: Words) -> Display {
        var blocks: [Display.Block] = [.table(titles: DeviceStatus.titles(words), [device.row(words)])]
        if !done.isEmpty {
            blocks.append(.field(words.say("已完成", "done"), [done.map { Self.deed($0, words) }.joined(separator: "，")]))
        }
        if let serial = device.serial { blocks.append(.field(words.say("序列号", "serial"), [serial])) }
        guard let usb else { return Display(blocks) }
        if let maker = usb.manufacturer { blocks.append(.field(words.say("制造商", "maker"), [maker])) }
        if let release = usb.release { blocks.append(.field(words.say("版本", "release"), [release])) }
        if !usb.interfaces.isEmpty {
            blocks.append(.field(words.say("接口", "interfaces"), [usb.interfaces.joined(separator: " ")]))
        }
        let bound = [usb.boundPath, usb.boundSerial.map { words.say("序列号 \($0)", "serial \($0)") }].compactMap(\.self)
        let first = words.say("同类的第一台设备", "the first device of its kind")
        blocks.append(.field(words.say("绑定", "bound to"), [bound.isEmpty ? first : bound.joined(separator: ", ")]))
        blocks.append(.field(words.say("传输", "transport"), [usb.transport]))
        blocks.append(.field(words.say("连续失败", "failures"), [String(usb.failures)]))
        if let rung = usb.rung { blocks.append(.trouble(.warning, words.note(rung))) }
        for rung in usb.recovery {
            let counts = words.say(
                "试 \(rung.tried) 次，有效 \(rung.helped) 次", "tried \(rung.tried), helped \(rung.helped)")
            blocks.append(.field(rung.code, [counts]))
        }
        blocks.append(
            .field(words.say("可用操作", "can"), [usb.offers.map { "kioskctl device \($0)" }.joined(separator: ", ")]))
        return Display(blocks)
    }

    private static func deed(_ deed: String, _ words: Words) -> String {
        switch deed {
        case "opened-anew": words.say("重新打开", "opened anew")
        case "halts-cleared": words.say("清除端点停止", "halts cleared")
        case "class-reset": words.say("软复位", "class reset")
        case "port-reset": words.say("端口复位", "port reset")
        case "power-cycled": words.say("断电重启", "power cycled")
        default: deed
        }
    }
}
