import KioskModel
import Prescribing
import Testing

@Suite struct FormularyTests {
    private func parse(_ text: String) throws -> Formulary { try Formulary(json: Array(text.utf8)) }

    private func medicine(_ code: String, slot: Int) -> String {
        #"{"code":"\#(code)","name":"药","strength":"1","supply":"otc-b","antibiotic":0,"#
            + #""slots":[{"slot":\#(slot),"lot":"L","expiry":"2028-01-31","boxes":3}]}"#
    }

    private func file(_ medicines: String...) -> String {
        #"{"version":"1","demonstration":true,"medicines":[\#(medicines.joined(separator: ","))]}"#
    }

    @Test func `a formulary is read with its slots`() throws {
        let formulary = try parse(file(medicine("A", slot: 1), medicine("B", slot: 2)))
        #expect(formulary.medicine("B")?.slots.first?.slot == 2)
    }

    @Test func `a slot or a medicine that stands twice is refused`() {
        #expect(throws: Fault.self) { try parse(file(medicine("A", slot: 1), medicine("B", slot: 1))) }
        #expect(throws: Fault.self) { try parse(file(medicine("A", slot: 1), medicine("A", slot: 2))) }
    }

    @Test(arguments: ["", "[]", "{}", #"{"version":1}"#]) func `a malformed formulary is refused`(text: String) {
        #expect(throws: Fault.self) { try parse(text) }
    }
}
