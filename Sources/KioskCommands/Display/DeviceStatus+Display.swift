import KioskModel

extension DeviceStatus {
    var exitStatus: CommandExit {
        if let fault { return CommandExit(fault.code.entry.severity) }
        return state == .ready ? .ok : .fault
    }

    func roleName(_ words: Words) -> String {
        switch role {
        case "reader": words.say("社保卡读卡器", role)
        case "doctor-reader": words.say("医生卡读卡器", role)
        case "idcard": words.say("身份证阅读器", role)
        case "printer": words.say("小票打印机", role)
        case "dispenser": words.say("药柜", role)
        case "camera": words.say("摄像头", role)
        default: role
        }
    }

    func row(_ words: Words) -> Display.Row {
        let product = product ?? "-"
        return Display.Row(
            Display.Mark(exitStatus),
            [
                roleName(words), stateName(words), address ?? "-", usbIDs,
                simulated ? words.say("[模拟] ", "[sim] ") + product : product,
            ], notes: fault.map { [words.note($0)] } ?? [])
    }

    private func stateName(_ words: Words) -> String {
        switch state {
        case .ready: words.say("就绪", "ready")
        case .missing: words.say("未找到", "missing")
        case .fault: words.say("故障", "fault")
        }
    }

    private var usbIDs: String {
        guard let vendorID, let productID else { return "-" }
        return Self.hex(vendorID) + ":" + Self.hex(productID)
    }

    private static func hex(_ id: UInt16) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension DeviceList: Presentable {
    var exitStatus: CommandExit { .worst(devices.map(\.exitStatus)) }

    func display(_ words: Words) -> Display {
        guard !devices.isEmpty else { return Display([.line(words.say("没有配置设备。", "No device is configured."))]) }
        return Display([.table(titles: DeviceStatus.titles(words), Display.Row.merging(devices.map { $0.row(words) }))])
    }
}

extension DeviceStatus {
    static func titles(_ words: Words) -> [String] {
        words.language == .zh ? ["设备", "状态", "位置", "USB", "型号"] : ["DEVICE", "STATE", "ADDRESS", "USB ID", "PRODUCT"]
    }
}
