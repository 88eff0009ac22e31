import Foundation
import KioskModel
import Prescribing
import Testing

@Suite struct RuleTests {
    private static let formulary = Formulary(
        version: "t", demonstration: true,
        medicines: [
            medicine("A", .otcB), medicine("B", .prescription, .unrestricted), medicine("C", .controlled),
            medicine("D", .prescription, .restricted), medicine("E", .prescription, .special), medicine("F", .otcA),
        ])

    private static func medicine(
        _ code: String, _ supply: Medicine.SupplyClass, _ tier: DoctorRecord.AntibioticTier = .none
    ) -> Medicine {
        Medicine(code: code, name: "药\(code)", strength: "1", supply: supply, antibiotic: tier, slots: [])
    }

    private static func line(
        _ code: String, days: Int = 3, frequency: String = "每日一次", strength: String = "1"
    ) -> PrescriptionLine {
        PrescriptionLine(
            medicine: code, name: "药\(code)", strength: strength, boxes: 1, dose: "1 片", route: "口服",
            frequency: frequency, days: days)
    }

    private static func draft(_ lines: [PrescriptionLine], diagnosis: String = "J03") -> PrescriptionDraft {
        PrescriptionDraft(
            diagnosis: CodedText(system: "icd", code: diagnosis, display: diagnosis.isEmpty ? "" : "扁桃体炎"), lines: lines
        )
    }

    private static func blocked(
        _ draft: PrescriptionDraft, mode: ServiceMode = .clinicOnsite,
        tier: DoctorRecord.AntibioticTier = .unrestricted
    ) -> [String] {
        let doctor = TestDoctor.record(tier: tier)
        let context = RuleContext(mode: mode, doctor: doctor, formulary: formulary)
        return PrescriptionRules.check(draft, in: context).filter { $0.verdict == .block }.map(\.rule)
    }

    @Test func `an ordinary prescription passes every rule and says so`() {
        let context = RuleContext(mode: .clinicOnsite, doctor: TestDoctor.record(), formulary: Self.formulary)
        let results = PrescriptionRules.check(Self.draft([Self.line("A"), Self.line("B")]), in: context)
        #expect(results.map(\.rule) == ["R01", "R02", "R04", "R14"])
        #expect(results.allSatisfy { $0.verdict == .pass })
    }

    @Test func `six medicines are too many`() {
        #expect(Self.blocked(Self.draft("ABCDEF".map { Self.line(String($0)) })).contains("R01"))
    }

    @Test(arguments: [(0, true), (1, false), (7, false), (8, true)])
    func `the supply is one to seven days`(days: Int, isBlocked: Bool) {
        #expect(Self.blocked(Self.draft([Self.line("A", days: days)])).contains("R02") == isBlocked)
    }

    @Test func `another strength than that of the box is blocked`() {
        #expect(Self.blocked(Self.draft([Self.line("A", strength: "0.5")])) == ["R04"])
    }

    @Test func `a missing diagnosis and an order "as directed" are blocked`() {
        #expect(Self.blocked(Self.draft([Self.line("A")], diagnosis: "")) == ["R04"])
        #expect(Self.blocked(Self.draft([Self.line("A", frequency: "遵医嘱")])) == ["R04"])
        #expect(Self.blocked(Self.draft([Self.line("A", frequency: "")])) == ["R04"])
    }

    @Test func `a controlled medicine is blocked over the internet`() {
        #expect(Self.blocked(Self.draft([Self.line("C")]), mode: .internetFollowUp) == ["R06"])
    }

    @Test func `an antibiotic above the doctor's tier is blocked, a special one always`() {
        #expect(Self.blocked(Self.draft([Self.line("D")]), tier: .unrestricted) == ["R14"])
        #expect(Self.blocked(Self.draft([Self.line("D")]), tier: .restricted) == [])
        #expect(Self.blocked(Self.draft([Self.line("E")]), tier: .special) == ["R14"])
    }

    @Test func `vending sells class-B over-the-counter medicines only`() {
        #expect(Self.blocked(Self.draft([Self.line("A")]), mode: .retailVending) == [])
        #expect(Self.blocked(Self.draft([Self.line("F")]), mode: .retailVending) == ["R16"])
    }

    @Test func `a draft that makes no sense is refused with the field`() throws {
        let bad: [(PrescriptionDraft, String)] = [
            (Self.draft([]), "lines"), (Self.draft([Self.line("A"), Self.line("A")]), "lines"),
            (Self.draft([Self.line("Z")]), "lines[0].medicine"),
            (Self.draft([Self.line("A", frequency: "每日\u{1B}@")]), "lines[0].frequency"),
            (Self.draft([Self.line("A", frequency: String(repeating: "长", count: 61))]), "lines[0].frequency"),
        ]
        for (draft, field) in bad {
            let fault = #expect(throws: Fault.self) { try draft.checkForm(against: Self.formulary) }
            #expect(fault?.detail.hasPrefix(field) == true, "\(fault?.detail ?? "") for \(field)")
        }
    }
}
