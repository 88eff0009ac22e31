import ArgumentParser
import KioskModel
import Testing

@testable import KioskCommands

@Suite struct StockCommandTests {
    private static func renderer(_ language: Language) -> Renderer {
        Renderer(
            Settings(
                socketPath: "", configPath: "", kioskdPath: "", format: .text, language: language,
                utcOffset: { _ in 8 * 3600 }))
    }

    private static func box(_ lot: String, _ expiry: String) -> StoredBox {
        StoredBox(trace: "81000021000012000001", lot: lot, expiry: expiry, loadedAt: Samples.stamp, loadedBy: "T-7")
    }

    private static let stock: StockView = {
        let open = CabinetSlot(
            slot: 12, medicine: "M002", uses: [.pickUp], par: 3, boxes: [box("L2603C", "2027-12-31")])
        var shut = CabinetSlot(slot: 13, medicine: "M002", uses: [.pickUp], boxes: [box("L2605F", "2026-12-01")])
        shut.lock = .init(reason: .temperature, detail: "27.5 °C for 40 min", by: "kioskd", at: Samples.stamp)
        return StockView(
            day: "2026-11-22",
            slots: [
                SlotView(open, name: "阿莫西林胶囊", block: nil, usable: 1),
                SlotView(shut, name: "阿莫西林胶囊", block: .temperature, usable: 0),
                SlotView(
                    CabinetSlot(slot: 14, medicine: "M003", uses: []), name: "", block: .empty, usable: 0),
            ],
            recalls: [LotRecall(medicine: nil, lot: "L1", reason: "NMPA 12", by: "T-7", at: Samples.stamp)])
    }()

    @Test func `the stock says for each slot what may fall and why not`() {
        #expect(Self.stock.exitStatus == .fault)
        #expect(
            Self.renderer(.en).render(Self.stock, from: .daemon) == """
                  SLOT  USABLE  BOXES  PAR  LOT     EXPIRY      STATE        MEDICINE
                ‼ 12    1       1      3    L2603C  2027-12-31  low          阿莫西林胶囊
                × 13    0       1      0    L2605F  2026-12-01  temperature  阿莫西林胶囊
                    27.5 °C for 40 min (kioskd, 11-22 18:15)
                √ 14    0       0      0    -       -           empty        M003

                Recalls
                L1: NMPA 12 (T-7, 11-22 18:15)

                Trace codes are those of the refill; this machine does not read them again as a
                box falls.

                """)
    }

    @Test func `what expires soon is listed with the days that are left`() {
        let list = ExpiryList(Self.stock, within: 30)
        #expect(list.rows.map(\.slot) == [13])
        #expect(list.rows.map(\.days) == [9])
        #expect(list.exitStatus == .ok)
        #expect(ExpiryList(Self.stock, within: 500).rows.map(\.slot) == [13, 12])
        #expect(Self.renderer(.zh).render(ExpiryList(Self.stock, within: 3), from: .daemon) == "3 天内没有药品到期。\n")
    }

    private static let words = [
        "cabinet", "refill", "12", "--medicine", "M002", "--lot", "L", "--expiry", "2028-01-31", "--counted", "2",
        "--by", "T-7",
    ]

    @Test func `a refill takes codes as a scanner types them, and refuses a wrong one before it asks`() throws {
        let parsed = try #require(
            try KioskControl.parseAsRoot(Self.words + ["--use", "pick-up", "--replace"]) as? CabinetCommand.Refill)
        var lines = ["81000021000012000001", " (01)06901234567892(21)A(10)L\r", "", "after the end"].makeIterator()
        let scanned = CabinetCommand.Refill.scan { lines.next() }
        let order = try parsed.order(scanned)
        #expect(order.traces == ["81000021000012000001", "(01)06901234567892(21)A(10)L"])
        #expect(order.uses == [.pickUp])
        #expect(order.replace)
        let error = #expect(throws: ValidationError.self) { try parsed.order(["81000021000012000001", "12"]) }
        #expect(error?.message.hasPrefix("box 2: ") == true)
    }

    @Test(arguments: [
        ["cabinet", "refill", "12"], words.map { $0 == "2028-01-31" ? "2028-02-30" : $0 }, words + ["--use", "gift"],
        ["cabinet", "recall", "L1", "--by", "T"], ["cabinet", "recall", "--reason", "R", "--by", "T"],
        ["cabinet", "expiry", "--within", "-1"], ["cabinet", "lock", "12", "--reason", "R"],
        ["cabinet", "unlock", "12", "--by", "T"],
    ]) func `words that lack something are a usage error`(words: [String]) {
        let error = #expect(throws: (any Error).self) { _ = try KioskControl.parseAsRoot(words) }
        #expect(error.map { KioskControl.exitCode(for: $0).rawValue } == 64)
    }
}
