import Foundation
import KioskModel

/// The words of one language, and how numbers and times are said in it.
struct Words: Sendable {
    let language: Language
    private let utcOffset: @Sendable (Int) -> Int

    init(_ language: Language, utcOffset: @escaping @Sendable (Int) -> Int = Settings.localOffset) {
        self.language = language
        self.utcOffset = utcOffset
    }

    func say(_ zh: String, _ en: String) -> String { language == .zh ? zh : en }

    func note(_ fault: FaultView) -> Display.Note {
        let detail = fault.detail.isEmpty ? "" : say("：", ": ") + fault.detail
        return Display.Note(
            text: "\(fault.code) \(say(fault.zh, fault.en))\(detail)",
            nextStep: say(fault.nextStepZh, fault.nextStepEn))
    }

    func note(_ fault: Fault) -> Display.Note { note(FaultView(fault)) }

    func prompt(_ prompt: PromptView) -> String { "\(prompt.code) \(say(prompt.zh, prompt.en))" }

    func mode(_ mode: ServiceMode) -> String {
        switch mode {
        case .internetFollowUp: say("互联网复诊", mode.rawValue)
        case .clinicOnsite: say("现场门诊", mode.rawValue)
        case .retailVending: say("零售售药", mode.rawValue)
        }
    }

    func profile(_ profile: String) -> String {
        switch profile {
        case "lab": say("模拟环境", "lab")
        case "production": say("正式环境", "production")
        default: profile
        }
    }

    /// `2026-11-22 10:15:30`, local time.
    func time(_ stamp: Stamp) -> String { format(stamp, "%Y-%m-%d %H:%M:%S") }

    /// `11-22 10:15`, local time.
    func shortTime(_ stamp: Stamp) -> String { format(stamp, "%m-%d %H:%M") }

    func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e10 else { return "?" }
        let whole = Int(seconds)
        let (days, hours, minutes) = (whole / 86400, whole / 3600 % 24, whole / 60 % 60)
        if days > 0 { return say("\(days) 天 \(hours) 小时", "\(days) d \(hours) h") }
        if hours > 0 { return say("\(hours) 小时 \(minutes) 分", "\(hours) h \(minutes) min") }
        if minutes > 0 { return say("\(minutes) 分 \(whole % 60) 秒", "\(minutes) min \(whole % 60) s") }
        return say("\(whole) 秒", "\(whole) s")
    }

    private func format(_ stamp: Stamp, _ pattern: String) -> String {
        let seconds = Int(stamp.wall / 1000)
        // Beyond the year 9999 no clock is meant.
        guard (0..<253_402_300_800).contains(seconds) else { return "?" }
        var time = time_t(seconds + utcOffset(seconds))
        var parts = tm()
        var text = [CChar](repeating: 0, count: 32)
        guard gmtime_r(&time, &parts) != nil else { return "?" }
        let count = strftime(&text, text.count, pattern, &parts)
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
