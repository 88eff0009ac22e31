import KioskModel

extension AuditExportView: Presentable {
    var exitStatus: CommandExit { .ok }

    func display(_ words: Words) -> Display {
        Display([.line(words.say("已导出 \(links) 条到 \(file)", "\(links) links written to \(file)"))])
    }
}

extension RekeyView: Presentable {
    var exitStatus: CommandExit { copies.isEmpty ? .ok : .warning }

    func display(_ words: Words) -> Display {
        var lines = [
            words.say(
                "数据密钥 \(dataKeys) 把已改由新密钥 \(to) 保护。", "\(dataKeys) data keys are now wrapped by key \(to).")
        ]
        if let oldKeyFile {
            lines.append(
                words.say(
                    "旧密钥文件在 \(oldKeyFile)，确认后销毁。", "The old key file is \(oldKeyFile); destroy it once kioskd runs."))
        } else {
            lines.append(
                words.say(
                    "请用新密钥文件替换服务凭据的来源，然后启动 kioskd。",
                    "Put the new key file where the service's credential comes from, then start kioskd."))
        }
        if !copies.isEmpty {
            let names = copies.joined(separator: ", ")
            lines.append(
                words.say(
                    "旧密钥仍能打开损坏后移开的 \(names)；取证后执行 kioskctl store discard 文件夹 --by 姓名，之前保留旧密钥。",
                    """
                    The old key still opens what was set aside damaged: \(names). Once it has been read, run kioskctl store \
                    discard FOLDER --by NAME; keep the old key until then.
                    """))
        }
        return Display(lines.map { .line($0) })
    }
}

extension ErasureView: Presentable {
    var exitStatus: CommandExit { .ok }

    func display(_ words: Words) -> Display {
        Display([
            .line(
                words.say(
                    "已销毁 \(keys) 把密钥，\(visits.count) 次就诊的记录不可再读。",
                    "\(keys) keys destroyed; the records of \(visits.count) visits can't be read any more."))
        ])
    }
}

extension DiscardView: Presentable {
    var exitStatus: CommandExit { .ok }

    func display(_ words: Words) -> Display {
        Display([.line(words.say("已销毁 \(folder)。", "\(folder) is destroyed."))])
    }
}

extension RecoveryView: Presentable {
    var exitStatus: CommandExit { lost.isEmpty && chainBreak == nil ? .ok : .warning }

    func display(_ words: Words) -> Display {
        var lines = [
            words.say(
                "已写入 \(folder)：记录 \(records) 条，消息 \(messages) 条，其中 \(unsent) 条平台未确认。",
                "\(folder): \(records) records and \(messages) messages, \(unsent) of them not acknowledged by a platform."
            )
        ]
        if erased > 0 {
            lines.append(
                words.say("按要求已抹除 \(erased) 条。", "\(erased) rows can't be read: they were erased on request."))
        }
        if !lost.isEmpty {
            lines.append(words.say("丢失或较旧 \(lost.count) 条：", "\(lost.count) rows are lost or older:"))
            lines += lost.prefix(20).map { "  " + $0 }
            if lost.count > 20 { lines.append("  …") }
        }
        if let chainBreak {
            lines.append(words.say("审计链不完整：\(chainBreak)", "The audit chain is not whole: \(chainBreak)"))
        }
        return Display(lines.map { .line($0) })
    }
}
