import KioskModel
import KioskPlatform
import KioskTestSupport
import Testing

@testable import CardReader

struct SocialSecurityRecordsTests {
    private static let number = Array("11010519491231002X".utf8)

    private func records(
        _ changes: [UInt8: [UInt8]] = [:], without missing: UInt8? = nil
    ) throws(Fault) -> SocialSecurityRecords {
        var values: [UInt8: [UInt8]] = [
            0x07: Array("A12345678".utf8), 0x08: Self.number, 0x09: padded("张三"), 0x0A: [0x31],
            0x0D: [0x19, 0x49, 0x12, 0x31],
        ]
        for (tag, value) in changes { values[tag] = value }
        if let missing { values[missing] = nil }
        var records = SocialSecurityRecords()
        for record in SocialSecurityRecords.Record.allCases {
            guard let value = values[record.rawValue] else { continue }
            try records.add([record.rawValue, UInt8(value.count)] + value, for: record)
        }
        return records
    }

    private func padded(_ name: String, with padding: UInt8 = 0, to length: Int = 30) -> [UInt8] {
        let bytes = TextEncoding.gb18030.encode(name) ?? []
        return bytes + [UInt8](repeating: padding, count: max(0, length - bytes.count))
    }

    private func code(_ changes: [UInt8: [UInt8]]) -> FaultCode? {
        do {
            _ = try records(changes).identity()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `the records make an identity`() throws {
        let identity = try records().identity()
        #expect(identity.name == "张三")
        #expect(identity.number == "11010519491231002X")
        #expect(identity.cardNumber == "A12345678")
        #expect(identity.sex == .male)
        #expect(identity.birthDate == "1949-12-31")
    }

    @Test(arguments: ["镕", "龢堃喆", "欧阳娜娜", "买买提·吐尔逊江", "䶮", "𠮷野家", "ANNA MARIA LI"])
    func `rare characters and spaces within a name are kept`(_ name: String) throws {
        for padding: UInt8 in [0x00, 0x20, 0xFF] {
            #expect(try records([0x09: padded(name, with: padding)]).identity().name == name)
        }
        #expect(try records([0x09: padded(name, to: 0)]).identity().name == name)
    }

    @Test func `a small x and padding in the number are understood`() throws {
        let small = Array("11010519491231002x".utf8) + [0x00, 0x00]
        #expect(try records([0x08: small]).identity().number == "11010519491231002X")
    }

    @Test func `a wrong check character, region, date or length of the number is refused`() {
        for text in [
            "110105194912310021", "11010519491231002", "99010519491231002Z", "110105194913310028", "00010519491231002X",
            "11010519491231002XX", "１1010519491231002", "",
        ] {
            #expect(code([0x08: Array(text.utf8)]) == .cardDataInvalid, "\(text)")
        }
    }

    @Test func `the last character is checked for every other value`() {
        for last in "0123456789" {
            #expect(CitizenNumber("11010519491231002\(last)") == nil)
        }
        #expect(CitizenNumber("11010519491231002X") != nil)
    }

    @Test func `dates that no calendar has are refused`() {
        for text in ["19000229", "20230431", "20231301", "00000000", "2023010", "2023O101"] {
            #expect(CalendarDate(text) == nil, "\(text)")
        }
        #expect(CalendarDate("20000229")?.iso8601 == "2000-02-29")
        #expect(CalendarDate(bcd: [0x19, 0x9A, 0x01, 0x01]) == nil)
    }

    @Test func `a missing or unreadable birth date comes from the number, a contradicting one is refused`() throws {
        #expect(try records(without: 0x0D).identity().birthDate == "1949-12-31")
        #expect(try records([0x0D: [0xFF, 0xFF, 0xFF, 0xFF]]).identity().birthDate == "1949-12-31")
        #expect(code([0x0D: [0x19, 0x50, 0x01, 0x01]]) == .cardDataInvalid)
    }

    @Test func `a sex that is not coded is unknown`() throws {
        #expect(try records([0x0A: [0x02]]).identity().sex == .female)
        #expect(try records([0x0A: [0x39]]).identity().sex == .unknown)
        #expect(try records(without: 0x0A).identity().sex == .unknown)
    }

    @Test func `a name that is empty, broken or would steer a printer is refused`() {
        let names: [[UInt8]] = [
            [], [UInt8](repeating: 0, count: 30), [UInt8](repeating: 0x20, count: 30), [0xD5, 0xC5, 0xC8],
            [0x1B, 0x40, 0x41], [0xD5, 0xC5, 0x00, 0x41], [0x80 + 1, 0x20],
        ]
        for name in names { #expect(code([0x09: name]) == .cardDataInvalid, "\(name)") }
    }

    @Test func `a required record that is missing is named, its content never`() {
        for tag: UInt8 in [0x07, 0x08, 0x09] {
            let fault = #expect(throws: Fault.self) { _ = try records(without: tag).identity() }
            #expect(fault?.code == .cardDataInvalid)
            #expect(fault?.detail == "record 0\(tag) is missing")
        }
    }

    @Test func `unknown records are skipped and padding may follow`() throws {
        var records = try records()
        try records.add([0x4E, 2, 1, 2, 0x0A, 1, 0x32, 0x00, 0xFF, 0xFF], for: .sex)
        try records.add([0x09, 2, 0xC0, 0xEE], for: .number)
        let identity = try records.identity()
        #expect(identity.sex == .female)
        #expect(identity.name == "张三")
    }

    @Test func `a record is refused wherever it is cut`() {
        let whole: [UInt8] = [0x09, 4, 0xD5, 0xC5, 0xC8, 0xFD]
        for count in 1..<whole.count {
            var records = SocialSecurityRecords()
            let fault = #expect(throws: Fault.self) { try records.add(Array(whole.prefix(count)), for: .name) }
            #expect(fault?.code == .cardDataInvalid)
        }
    }

    @Test(arguments: [7, 42] as [UInt64])
    func `random records never crash and never make an identity`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<3_000 {
            var records = SocialSecurityRecords()
            for record in SocialSecurityRecords.Record.allCases {
                let value = generator.bytes(upTo: 40)
                try? records.add([record.rawValue, UInt8(value.count)] + value, for: record)
            }
            #expect(throws: Fault.self, "seed \(seed), round \(round)") { _ = try records.identity() }
        }
    }
}
