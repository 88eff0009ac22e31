import KioskModel

extension VisitList: Presentable {
    var exitStatus: CommandExit { .worst(visits.map(\.exitStatus)) }

    func display(_ words: Words) -> Display {
        guard !visits.isEmpty else { return Display([.line(words.say("还没有就诊记录。", "There is no visit yet."))]) }
        let titles =
            words.language == .zh
            ? ["就诊", "状态", "开始", "平台", "患者"] : ["VISIT", "STATE", "OPENED", "SYNC", "PATIENT"]
        return Display([
            .table(
                titles: titles,
                visits.map { visit in
                    Display.Row(
                        visit.mark,
                        [
                            visit.id, visit.state.name(words), words.shortTime(visit.openedAt), visit.syncName(words),
                            visit.patient,
                        ])
                })
        ])
    }
}
