import KioskModel

extension Problem {
    func display(_ words: Words, isFromDisk: Bool) -> Display {
        let detail = detail.isEmpty ? "" : words.say("：", ": ") + detail
        let place = device.map { " [\($0)]" } ?? ""
        let note = Display.Note(
            text: "\(code) \(words.say(titleZh, title))\(place)\(detail)", nextStep: words.say(actionZh, action))
        var blocks = [Display.Block.trouble(isFromDisk ? .warning : .fault, note)]
        if isFromDisk {
            blocks.append(.line(words.say("  以下内容读自磁盘，不是当前运行状态。", "  What follows was read from disk.")))
        }
        return Display(blocks)
    }
}
