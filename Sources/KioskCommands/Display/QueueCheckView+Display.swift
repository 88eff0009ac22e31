import KioskModel

extension QueueCheckView: Presentable {
    var exitStatus: CommandExit { damaged.isEmpty ? .ok : .needsPerson }

    func display(_ words: Words) -> Display {
        let good = messages - damaged.count
        var blocks: [Display.Block] = [
            .line(
                words.say(
                    "\(good) 条记录完好，共 \(bytes) 字节；\(damaged.count) 条损坏。",
                    "\(good) records can be read, \(bytes) bytes; \(damaged.count) are damaged."))
        ]
        if !damaged.isEmpty {
            blocks += damaged.map { .line($0) }
            blocks.append(.trouble(.fault, words.note(Fault(.storeDamaged))))
        }
        return Display(blocks)
    }
}
