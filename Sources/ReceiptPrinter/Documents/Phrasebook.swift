/// The English of what a Chinese prescription says of route, frequency and person: a closed list.
///
/// Whatever stands in no list stays as the doctor wrote it: an instruction is never guessed. Names of medicines stay
/// Chinese, as the law names them; so do names of people, diagnoses, warnings and reasons.
enum Phrasebook {
    /// The whole text in English, or as it is where any part of it is unknown.
    static func english(_ text: String) -> String {
        let parts = text.split(separator: "，", omittingEmptySubsequences: false).map { part(String($0)) }
        guard parts.allSatisfy({ $0 != nil }) else { return text }
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    /// `36 岁`, `8 个月`, `12 天`; `男`, `女`.
    static func person(_ text: String) -> String {
        switch text {
        case "男": return "male"
        case "女": return "female"
        default: break
        }
        for (unit, one, many) in [("岁", "year", "years"), ("个月", "month", "months"), ("天", "day", "days")]
        where text.hasSuffix(unit) {
            let digits = text.dropLast(unit.count).filter { $0 != " " && $0 != "\u{A0}" }
            guard let count = Int(digits) else { break }
            return "\(count) \(count == 1 ? one : many)"
        }
        return text
    }

    /// Doses and strengths: `2 片`, `0.25 g × 24 粒`; the numbers stay as they are.
    static func amount(_ text: String) -> String {
        text.split(separator: " × ", omittingEmptySubsequences: false).map { part in
            let number = part.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == " ") }
            let digits = number.filter { $0 != " " }
            guard !digits.isEmpty, let unit = units[String(part.dropFirst(number.count))] else { return String(part) }
            return "\(digits) \(digits == "1" ? unit.one : unit.many)"
        }.joined(separator: " × ")
    }

    private static let units: [String: (one: String, many: String)] = [
        "片": ("tablet", "tablets"), "粒": ("pc", "pcs"), "袋": ("sachet", "sachets"), "滴": ("drop", "drops"),
        "喷": ("spray", "sprays"), "瓶": ("bottle", "bottles"), "贴": ("patch", "patches"), "毫升": ("ml", "ml"),
        "毫克": ("mg", "mg"), "克": ("g", "g"),
    ]

    private static func part(_ text: String) -> String? { words[text] ?? repeated(text) }

    /// `每日三次`, `每天2次`, `每8小时一次`.
    private static func repeated(_ text: String) -> String? {
        for day in ["每日", "每天", "一日", "一天"] where text.hasPrefix(day) && text.hasSuffix("次") {
            return number(text.dropFirst(2).dropLast()).flatMap { times[$0] }.map { "\($0) a day" }
        }
        if text.hasPrefix("每"), text.hasSuffix("小时一次") || text.hasSuffix("小时1次") {
            return number(text.dropFirst().dropLast(4)).map { "every \($0) hours" }
        }
        return nil
    }

    private static func number(_ text: Substring) -> Int? {
        let digits = text.filter { $0 != " " && $0 != "\u{A0}" }
        if let value = Int(digits), (1...24).contains(value) { return value }
        return ["一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "八": 8, "十二": 12][digits]
    }

    private static let times = [1: "once", 2: "twice", 3: "3 times", 4: "4 times", 5: "5 times", 6: "6 times"]

    private static let words = [
        "口服": "by mouth", "外用": "on the skin", "涂抹": "on the skin", "含服": "let dissolve in the mouth",
        "舌下含服": "under the tongue", "吸入": "inhale", "雾化吸入": "inhale by nebuliser", "滴眼": "eye drops",
        "滴鼻": "nose drops", "滴耳": "ear drops", "喷鼻": "nasal spray", "漱口": "rinse the mouth",
        "直肠给药": "into the rectum", "阴道给药": "into the vagina", "冲服": "dissolve in water and drink",
        "饭前": "before meals", "饭后": "after meals", "餐前": "before meals", "餐后": "after meals",
        "随餐": "with meals", "空腹": "on an empty stomach", "睡前": "at bedtime", "早晨": "in the morning",
        "晚上": "in the evening", "睡前一次": "once at bedtime", "每晚一次": "once every evening", "每晚": "every evening",
        "每早一次": "once every morning", "隔日一次": "once every other day", "每周一次": "once a week", "必要时": "when needed",
        "单次": "once only", "一次": "once",
    ]
}
