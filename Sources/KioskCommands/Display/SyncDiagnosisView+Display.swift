import KioskModel

extension SyncDiagnosisView: Presentable {
    var exitStatus: CommandExit { fault.map { CommandExit($0.severity) } ?? .ok }

    func display(_ words: Words) -> Display {
        var blocks: [Display.Block] = []
        if let fault {
            blocks.append(.trouble(Display.Mark(exitStatus), words.note(fault)))
        } else {
            blocks.append(.line(words.say("到平台的每一层都正常。", "Every layer of the way to the platform is well.")))
        }
        blocks.append(.blank)
        blocks.append(.table(titles: [], layers.map { row($0, words) }))
        return Display(blocks)
    }

    private func row(_ layer: SyncLayerView, _ words: Words) -> Display.Row {
        let mark: Display.Mark =
            switch layer.state {
            case .ok: .ok
            case .failed: layer.fault.map { Display.Mark(CommandExit($0.severity)) } ?? .fault
            case .unknown: .none
            }
        return Display.Row(mark, [name(layer.layer, words), layer.detail.isEmpty ? "-" : layer.detail])
    }

    private func name(_ layer: String, _ words: Words) -> String {
        switch layer {
        case "link": words.say("网线", "link")
        case "route": words.say("出口", "route")
        case "name": words.say("域名", "name")
        case "connection": words.say("连接", "connection")
        case "clock": words.say("时钟", "clock")
        case "tls": words.say("证书", "TLS")
        case "authentication": words.say("身份", "identity")
        case "request": words.say("请求", "request")
        case "server": words.say("平台", "server")
        case "records": words.say("记录", "records")
        default: layer
        }
    }
}
