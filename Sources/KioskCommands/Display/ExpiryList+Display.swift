import KioskModel

extension ExpiryList: Presentable {
    var exitStatus: CommandExit { rows.contains { $0.days < 0 } ? .warning : .ok }

    func display(_ words: Words) -> Display {
        guard !rows.isEmpty else {
            return Display([.line(words.say("\(within) 天内没有药品到期。", "Nothing expires within \(within) days."))])
        }
        let titles =
            words.language == .zh
            ? ["药道", "效期", "剩余天数", "盒数", "批号", "药品"] : ["SLOT", "EXPIRY", "DAYS", "BOXES", "LOT", "MEDICINE"]
        return Display([
            .table(
                titles: titles,
                rows.map { row in
                    Display.Row(
                        row.days < 0 ? .warning : .none,
                        [
                            String(row.slot), row.expiry, String(row.days), String(row.boxes), row.lot,
                            row.name.isEmpty ? row.medicine : row.name,
                        ])
                })
        ])
    }
}
