import KioskModel

extension VisitView: Presentable {
    var exitStatus: CommandExit {
        var findings = fault.map { [CommandExit($0.severity)] } ?? []
        if state == .needsPerson || sync == "quarantined" { findings.append(.needsPerson) }
        return .worst(findings)
    }

    /// A visit that is under way is neither good nor bad yet.
    var mark: Display.Mark {
        exitStatus == .ok && !state.isEnded ? .none : Display.Mark(exitStatus)
    }

    func display(_ words: Words) -> Display {
        var blocks: [Display.Block] = [
            .title(mark, words.say("就诊 ", "Visit ") + id, right: state.name(words))
        ]
        if let fault { blocks.append(.trouble(.none, words.note(fault))) }
        blocks.append(.blank)
        blocks += fields(words)
        if !lines.isEmpty {
            blocks += [.blank, .heading(words.say("药品", "Medicines"))]
            blocks.append(.table(titles: [], lines.map { Display.Row(.none, ["\($0.boxes) ×", medicine($0, words)]) }))
        }
        if !dispense.isEmpty {
            blocks += [.blank, .heading(words.say("出药", "Boxes")), boxes(words)]
        }
        let blocked = rules.filter { $0.verdict == .block }
        if !blocked.isEmpty {
            blocks += [.blank, .heading(words.say("未通过的规则", "Rules that block it"))]
            blocks += blocked.map { rule in
                .trouble(.fault, .init(text: "\(rule.rule) \(words.say(rule.zh, rule.en))", nextStep: nil))
            }
        }
        return Display(blocks)
    }

    private func fields(_ words: Words) -> [Display.Block] {
        var fields: [Display.Block] = []
        if let prompt { fields.append(.field(words.say("下一步", "Next"), [words.prompt(prompt)])) }
        fields.append(.field(words.say("患者", "Patient"), [patient]))
        fields.append(.field(words.say("模式", "Mode"), [words.mode(mode)]))
        fields.append(.field(words.say("开始", "Opened"), [words.time(openedAt)]))
        if let closedAt { fields.append(.field(words.say("结束", "Ended"), [words.time(closedAt)])) }
        if let prescription {
            fields.append(
                .field(words.say("处方", "Prescription"), [prescriptionNumber, prescription].compactMap(\.self)))
        }
        if prescription != nil { fields.append(.field(words.say("签名", "Signed by"), [signature(words)])) }
        if !rules.isEmpty, rules.allSatisfy({ $0.verdict == .pass }) {
            fields.append(
                .field(words.say("规则", "Rules"), [words.say("\(rules.count) 条通过", "\(rules.count) passed")]))
        }
        if let slip { fields.append(.field(words.say("小票", "Slip"), [slipName(slip, words)])) }
        fields.append(.field(words.say("平台", "Platform"), [syncName(words)]))
        if !simulated.isEmpty {
            fields.append(.field(words.say("模拟部分", "Simulated"), [simulated.sorted().joined(separator: ", ")]))
        }
        return fields
    }

    private func medicine(_ line: PrescriptionLine, _ words: Words) -> String {
        let days = words.say("\(line.days) 天", "\(line.days) days")
        return "\(line.name) \(line.strength) · \(line.dose) \(line.route) \(line.frequency) · \(days)"
    }

    private func boxes(_ words: Words) -> Display.Block {
        let titles =
            words.language == .zh ? ["序号", "药道", "结果", "药品"] : ["NO.", "SLOT", "OUTCOME", "MEDICINE"]
        return .table(
            titles: titles,
            dispense.map { row in
                let outcome = DispenseOutcome(rawValue: row.state)
                let mark: Display.Mark = outcome.map { $0.fault == nil ? .ok : .fault } ?? .none
                // What stands at the top already is not said twice.
                let trouble = outcome?.fault.flatMap { $0.rawValue == fault?.code ? nil : Fault($0) }
                let notes = trouble.map { [words.note($0)] } ?? []
                return Display.Row(
                    mark, [String(row.transaction), String(row.slot), outcomeName(row.state, words), row.medicine],
                    notes: notes)
            })
    }

    private func outcomeName(_ state: String, _ words: Words) -> String {
        switch DispenseOutcome(rawValue: state) {
        case .done: words.say("已落药", "dropped")
        case .unverified: words.say("未确认", "not confirmed")
        case .noDrop: words.say("未落药", "no drop")
        case .jam: words.say("卡药", "jammed")
        case .door: words.say("柜门开", "door open")
        case .interrupted: words.say("中断", "interrupted")
        case .notStarted: words.say("未开始", "not started")
        case .unknown: words.say("未知", "unknown")
        case nil: state == "intended" ? words.say("进行中", "under way") : state
        }
    }

    private func signature(_ words: Words) -> String {
        switch signedBy {
        case "face": words.say("人脸", "face")
        case "pin": "PIN"
        case nil: words.say("尚未签名", "not signed yet")
        case let other?: other
        }
    }

    private func slipName(_ slip: String, _ words: Words) -> String {
        switch slip {
        case "queued": words.say("待打印", "waiting")
        case "sending": words.say("正在打印", "printing")
        case "confirmed": words.say("已打出", "printed and cut")
        case "unconfirmed": words.say("已发送，打印机不能确认", "sent; this printer can't confirm")
        case "failed-clean": words.say("未打印，可重试", "not printed; may be tried again")
        case "unknown": words.say("不确定是否打出", "not known whether it was printed")
        default: slip
        }
    }

    func syncName(_ words: Words) -> String {
        switch sync {
        case "none": words.say("尚未入队", "not yet")
        case "pending": words.say("待上传", "waiting")
        case "acknowledged": words.say("已确认", "sent")
        case "quarantined": words.say("被拒绝", "refused")
        default: sync
        }
    }
}

extension VisitState {
    func name(_ words: Words) -> String {
        switch self {
        case .opened: words.say("与医生交谈", "opened")
        case .prescribed: words.say("待签名", "prescribed")
        case .signed: words.say("已签名", "signed")
        case .dispensing: words.say("正在出药", "dispensing")
        case .dispensed: words.say("已出药", "dispensed")
        case .printing: words.say("正在打印", "printing")
        case .closed: words.say("已完成", "closed")
        case .needsPerson: words.say("需人工处理", "see staff")
        case .aborted: words.say("已中止", "aborted")
        }
    }
}
