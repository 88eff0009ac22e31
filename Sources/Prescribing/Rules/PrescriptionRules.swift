import KioskModel

/// What a prescription is checked against.
public struct RuleContext: Sendable {
    public let mode: ServiceMode
    public let doctor: DoctorRecord
    public let formulary: Formulary

    public init(mode: ServiceMode, doctor: DoctorRecord, formulary: Formulary) {
        self.mode = mode
        self.doctor = doctor
        self.formulary = formulary
    }
}

/// The rules that a kiosk checks without the network; every result is kept, passes too.
public enum PrescriptionRules {
    /// One result for each rule that applies in the mode, in the order of their numbers.
    public static func check(_ draft: PrescriptionDraft, in context: RuleContext) -> [RuleResult] {
        all.filter { $0.modes.contains(context.mode) }.map { rule in
            let trouble = rule.trouble(draft, context)
            return RuleResult(
                rule: rule.number, verdict: trouble == nil ? .pass : .block, zh: trouble?.zh ?? "通过",
                en: trouble?.en ?? "passed")
        }
    }

    struct Trouble {
        let zh: String
        let en: String
    }

    struct Rule {
        let number: String
        let modes: Set<ServiceMode>
        let trouble: @Sendable (PrescriptionDraft, RuleContext) -> Trouble?
    }

    private static let withDoctor: Set<ServiceMode> = [.internetFollowUp, .clinicOnsite]

    // Numbers and sources: 处方管理办法 art. 6 (R01, R02, R04), 互联网诊疗管理办法 art. 19 (R06),
    // 抗菌药物临床应用管理办法 (R14), NMPA announcement 48 of 2024 (R16).
    static let all: [Rule] = [
        Rule(number: "R01", modes: withDoctor) { draft, _ in
            draft.lines.count <= 5
                ? nil : Trouble(zh: "每张处方不得超过 5 种药品", en: "more than 5 medicines on one prescription")
        },
        Rule(number: "R02", modes: withDoctor) { draft, _ in
            draft.lines.allSatisfy { (1...7).contains($0.days) }
                ? nil : Trouble(zh: "用量须为 1 至 7 日", en: "the supply must be 1 to 7 days")
        },
        Rule(number: "R04", modes: withDoctor, trouble: completeness),
        Rule(number: "R06", modes: [.internetFollowUp]) { draft, context in
            supplies(draft, context).contains(.controlled)
                ? Trouble(zh: "互联网诊疗不得开具特殊管理药品", en: "a specially controlled medicine in internet follow-up") : nil
        },
        Rule(number: "R14", modes: withDoctor) { draft, context in
            let highest = medicines(draft, context).map(\.antibiotic.rawValue).max() ?? 0
            if highest == DoctorRecord.AntibioticTier.special.rawValue {
                return Trouble(zh: "特殊使用级抗菌药物不得在门诊使用", en: "a special-tier antibiotic outside a ward")
            }
            return highest <= context.doctor.antibioticTier.rawValue
                ? nil : Trouble(zh: "超出医生的抗菌药物处方权", en: "above the doctor's antibiotic tier")
        },
        Rule(number: "R16", modes: [.retailVending]) { draft, context in
            supplies(draft, context).allSatisfy { $0 == .otcB }
                ? nil : Trouble(zh: "自助售药仅限乙类非处方药", en: "vending may sell class-B over-the-counter medicines only")
        },
    ]

    private static let completeness: @Sendable (PrescriptionDraft, RuleContext) -> Trouble? = { draft, context in
        if draft.diagnosis.code.isEmpty || draft.diagnosis.display.isEmpty {
            return Trouble(zh: "缺少诊断", en: "the diagnosis is missing")
        }
        for (index, line) in draft.lines.enumerated() {
            if line.dose.isEmpty || line.route.isEmpty || line.frequency.isEmpty {
                return Trouble(zh: "\(line.name)：用法用量不完整", en: "line \(index + 1): dose, route or frequency is missing")
            }
            if [line.dose, line.route, line.frequency].contains(where: { $0.contains("遵医嘱") || $0.contains("自用") }) {
                return Trouble(zh: "\(line.name)：不得写遵医嘱、自用", en: "line \(index + 1): \"as directed\" is not allowed")
            }
            if context.formulary.medicine(line.medicine)?.name != line.name {
                return Trouble(
                    zh: "\(line.name)：须用通用名", en: "line \(index + 1): the generic name is not the formulary's")
            }
            if context.formulary.medicine(line.medicine)?.strength != line.strength {
                return Trouble(
                    zh: "\(line.name)：规格与药柜中的药品不符", en: "line \(index + 1): the strength is not that of the box")
            }
        }
        return nil
    }

    private static func medicines(_ draft: PrescriptionDraft, _ context: RuleContext) -> [Medicine] {
        draft.lines.compactMap { context.formulary.medicine($0.medicine) }
    }

    private static func supplies(_ draft: PrescriptionDraft, _ context: RuleContext) -> [Medicine.SupplyClass] {
        medicines(draft, context).map(\.supply)
    }
}
