import KioskModel

extension StatusView: Presentable {
    var exitStatus: CommandExit {
        var findings = faults.map { CommandExit($0.severity) } + devices.map(\.exitStatus)
        if let visit { findings.append(visit.exitStatus) }
        if let fault = queue.lastFault { findings.append(CommandExit(fault.code.entry.severity)) }
        if queue.quarantined > 0 || state == "needs-person" { findings.append(.needsPerson) }
        if state == "degraded" { findings.append(.warning) }
        return .worst(findings)
    }

    func display(_ words: Words) -> Display {
        let kind = [words.profile(profile), words.mode(mode), version].joined(separator: " · ")
        var blocks: [Display.Block] = [
            .title(Display.Mark(exitStatus), "\(kiosk)  \(stateName(words))", right: kind), .blank,
        ]
        if let prompt { blocks.append(.field(words.say("提示", "Next"), [words.prompt(prompt)])) }
        blocks.append(.field(words.say("就诊", "Visit"), visitLines(words)))
        if let fault = visit?.fault { blocks.append(.field("", noteLines(words.note(fault)))) }
        blocks.append(.field(words.say("医生", "Doctor"), [doctorLine(words)]))
        blocks.append(.field(words.say("上传", "Queue"), queueLines(words)))
        if let disk { blocks.append(.field(words.say("磁盘", "Disk"), [diskLine(disk, words)])) }
        // From disk nothing is known of what runs and of what is plugged in.
        if state != "down" { blocks.append(.field(words.say("运行", "Up"), [words.duration(uptimeSeconds)])) }
        if !devices.isEmpty {
            blocks += [.blank, .heading(words.say("设备", "Devices"))]
            blocks.append(.table(titles: [], Display.Row.merging(devices.map { $0.row(words) })))
        }
        let rest = otherFaults
        if !rest.isEmpty {
            blocks += [.blank, .heading(words.say("故障", "Faults"))]
            blocks += rest.map { .trouble(Display.Mark(CommandExit($0.severity)), words.note($0)) }
        }
        return Display(blocks)
    }

    /// The faults that no device, the visit or the queue shows already.
    private var otherFaults: [FaultView] {
        let shown =
            devices.compactMap { $0.fault?.code.rawValue } + [visit?.fault?.code, queue.lastFault?.code.rawValue]
        return faults.filter { !shown.contains($0.code) }
    }

    private func stateName(_ words: Words) -> String {
        switch state {
        case "ready": words.say("就绪", "ready")
        case "busy": words.say("使用中", "busy")
        case "degraded": words.say("部分功能受限", "degraded")
        case "down": words.say("已停止", "not running")
        case "needs-person": words.say("需人工处理", "needs a person")
        default: state
        }
    }

    private func visitLines(_ words: Words) -> [String] {
        guard let visit else { return [words.say("无", "none")] }
        var parts = [visit.state.name(words), visit.patient, words.time(visit.openedAt)]
        if !visit.simulated.isEmpty {
            parts.append(words.say("模拟：", "simulated: ") + visit.simulated.sorted().joined(separator: ", "))
        }
        return [visit.id, parts.joined(separator: " · ")]
    }

    private func doctorLine(_ words: Words) -> String {
        guard let doctor else { return words.say("未登录", "nobody is signed in") }
        let key =
            switch doctor.custody {
            case .card: words.say("卡内密钥", "key on the card")
            case .softwareLab: words.say("模拟密钥", "simulated key")
            case .remote: words.say("远程密钥", "remote key")
            }
        let face = doctor.faceEnrolled ? words.say("已录人脸", "face enrolled") : words.say("未录人脸", "no face enrolled")
        return ["\(doctor.name) (\(doctor.doctor))", key, face].joined(separator: " · ")
    }

    private func diskLine(_ disk: DiskView, _ words: Words) -> String {
        let free = Int(disk.freeBytes >> 20)
        let space = words.say("剩余 \(free) MB", "\(free) MB free")
        return switch disk.state {
        case "low": space + words.say(" · 已停发状态报告", " · state reports are left out")
        case "full": space + words.say(" · 不接新的就诊", " · no new visits")
        default: space
        }
    }

    private func queueLines(_ words: Words) -> [String] {
        var line = words.say("待上传 \(queue.pending)", "\(queue.pending) waiting")
        if let oldest = queue.oldestSeconds, queue.pending > 0 {
            line += words.say("（最久 \(words.duration(oldest))）", " (oldest \(words.duration(oldest)))")
        }
        line += words.say(" · 被拒绝 \(queue.quarantined)", " · \(queue.quarantined) refused")
        return [line] + (queue.lastFault.map { noteLines(words.note($0)) } ?? [])
    }

    private func noteLines(_ note: Display.Note) -> [String] {
        [note.text] + (note.nextStep.map { ["→ \($0)"] } ?? [])
    }
}
