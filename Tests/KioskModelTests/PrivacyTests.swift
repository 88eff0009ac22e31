import KioskModel
import Testing

@Suite struct PrivacyTests {
    private let patient = PatientIdentity(
        cardKind: .socialSecurity, cardNumber: "A12345678", number: "11010519491231002X", name: "张伟", sex: .male,
        birthDate: "1949-12-31")

    @Test func `printing a patient prints nothing of them`() {
        var dumped = ""
        dump(patient, to: &dumped)
        for text in ["\(patient)", String(reflecting: patient), dumped] {
            #expect(!text.contains("张"))
            #expect(!text.contains("1101"))
            #expect(!text.contains("A1234"))
        }
    }

    @Test func `a secret prints as redacted however it is printed`() {
        let pin = Secret("123456")
        var dumped = ""
        dump(pin, to: &dumped)
        #expect("\(pin)" == "<redacted>")
        #expect(!dumped.contains("123456"))
        #expect(pin.reveal { $0 } == "123456")
    }

    @Test(arguments: [("张伟", "张○"), ("欧阳娜娜", "欧○○○"), ("李", "李○"), ("", "")])
    func `a masked name shows the family name only`(name: String, masked: String) {
        let patient = PatientIdentity(
            cardKind: .socialSecurity, cardNumber: "", number: "", name: name, sex: .unknown, birthDate: nil)
        #expect(patient.maskedName == masked)
    }
}
