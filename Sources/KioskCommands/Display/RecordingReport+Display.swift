import KioskModel

extension RecordingReport: Presentable {
    var exitStatus: CommandExit { transfers > 0 ? .ok : .warning }

    func display(_ words: Words) -> Display {
        Display([
            .title(
                Display.Mark(exitStatus), file,
                right: words.say("\(transfers) 次传输，\(bytes) 字节", "\(transfers) transfers, \(bytes) bytes"))
        ])
    }
}
