import KioskModel
import KioskTestSupport
import Testing

@Suite struct TraceCodeTests {
    private static let gtin = "06901234567892"

    @Test func `twenty digits are a drug trace code whose first seven name the product`() throws {
        let code = try TraceCode(" 8100001 1000011000001\r\n")
        #expect(code.id == "81000011000011000001")
        #expect(code.product == "8100001")
        #expect(code.lot == nil && code.expiry == nil)
        #expect(code.text == code.id)
    }

    @Test(arguments: [
        "(01)06901234567892(17)280131(10)L-26/A(21)S1", "]d2010690123456789217280131\u{1D}10L-26/A\u{1D}21S1",
        "0106901234567892172801312\u{31}S1\u{1D}10L-26/A", "(21)S1(10)L-26/A(17)280100(01)06901234567892",
    ]) func `a GS1 code is read in any order, with brackets or as a scanner sends it`(text: String) throws {
        let code = try TraceCode(text)
        #expect(code.id == "(01)06901234567892(21)S1")
        #expect(code.product == Self.gtin)
        #expect(code.lot == "L-26/A")
        #expect(code.expiry == "2028-01-31")
        let again = try TraceCode(code.text)
        #expect(again == code)
    }

    @Test func `day 00 of a GS1 date is the month's last, in leap years too`() throws {
        let days = try ["280200", "270200"].map { try TraceCode("(01)06901234567892(21)1(17)\($0)").expiry }
        #expect(days == ["2028-02-29", "2027-02-28"])
    }

    @Test(arguments: [
        "", "8100001100001100000", "810000110000110000011", "8100001100001100000x", "(01)06901234567892",
        "(01)06901234567893(21)1", "(01)0690123456789(21)1", "(01)06901234567892(21)", "(01)06901234567892(21)1(21)2",
        "(01)06901234567892(21)1(17)281301", "(01)06901234567892(21)1(17)270230", "(01)06901234567892(21", "]d2",
        "01069012345678922112345678901234567890123", "(01)06901234567892(21)药", "https://example.com/01/06901234567892",
    ]) func `anything else is refused with words`(text: String) async {
        let fault = await expectFault(.stockTraceInvalid) { _ = try TraceCode(text) }
        #expect(fault?.detail.isEmpty == false)
    }

    @Test func `days are counted from 1970, and only real days are dates`() {
        #expect(ExpiryDate("1970-01-01")?.dayNumber == 0)
        #expect(ExpiryDate("2000-03-01")?.dayNumber == 11_017)
        #expect(ExpiryDate("2026-11-26")?.dayNumber == 20_783)
        for text in ["2026-02-29", "2026-13-01", "2026-1-01", "26-01-01", "2026-01-00", "2026/01/01", "x"] {
            #expect(ExpiryDate(text) == nil, "\(text)")
        }
    }
}
