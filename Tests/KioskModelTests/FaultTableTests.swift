import KioskModel
import Testing

@Suite struct FaultTableTests {
    @Test func `every code has the form K-ABC-000`() throws {
        for code in FaultCode.allCases {
            #expect(try #/K-[A-Z]{2,3}-\d{3}/#.wholeMatch(in: code.rawValue) != nil, "\(code.rawValue)")
        }
    }

    @Test func `every fault has words and a next step in Chinese and English`() {
        for code in FaultCode.allCases {
            let entry = code.entry
            #expect(entry.zh.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }, "\(code.rawValue) zh")
            #expect(
                entry.nextStepZh.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) },
                "\(code.rawValue) next zh")
            for text in [entry.en, entry.nextStepEn] {
                #expect(text.count > 8 && text.allSatisfy(\.isASCII), "\(code.rawValue): \(text)")
            }
        }
    }

    @Test func `no two faults share their words`() {
        let words = FaultCode.allCases.map(\.entry.en)
        #expect(Set(words).count == words.count)
    }

    @Test func `a fault's description carries code, device and detail`() {
        let fault = Fault(.printerPaperOut, "status 0x60", device: "printer")
        #expect("\(fault)" == "K-PRN-001 [printer] The printer is out of paper: status 0x60")
    }

    @Test func `every prompt has words in Chinese and English`() {
        for prompt in Prompt.allCases {
            #expect(!prompt.zh.isEmpty && !prompt.en.isEmpty)
            #expect(prompt.zh != prompt.en)
        }
    }
}
