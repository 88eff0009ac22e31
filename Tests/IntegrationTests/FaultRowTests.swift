import Foundation
import KioskLab
import KioskModel
import KioskTestSupport
import Testing

/// Each trouble of readers, printer and bus that a person can meet, caused in plain words, with the code that it must
/// have; and the kiosk is well again when it is put right.
@Suite(.serialized) struct FaultRowTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let words: [String]
        let code: String
        let mend: [String]

        init(_ words: [String], _ code: String, mend: [String] = []) {
            self.words = words
            self.code = code
            self.mend = mend
        }

        /// The card that the row leaves in a reader is read well and opens a visit.
        var opensVisit: Bool { mend.last.map { $0.hasPrefix("insert card") || $0.hasPrefix("lay id card") } ?? false }
        var isOfPrinter: Bool { code.hasPrefix("K-PRN") || words.contains { $0.hasSuffix(" printer") } }
        var leavesIDCard: Bool { mend.last?.hasPrefix("lay id card") ?? false }

        var testDescription: String { "\(words.joined(separator: ", ")) → \(code)" }
    }

    private static let readers: [Row] = [
        Row(["insert card mute-card"], "K-RDR-005", mend: ["remove card"]),
        Row(["insert card bus-card"], "K-RDR-006", mend: ["remove card"]),
        Row(["insert card broken-card"], "K-RDR-007", mend: ["remove card"]),
        Row(["pull card after 3", "insert card zhang-wei"], "K-RDR-004", mend: ["insert card zhang-wei"]),
        Row(["unplug reader"], "K-USB-001", mend: ["plug reader"]),
        Row(["lie reader"], "K-USB-006", mend: ["plug reader"]),
        Row(["stranger reader"], "K-USB-010", mend: ["plug reader"]),
        Row(["id reader says 31", "lay id card wang-fang"], "K-RDR-006", mend: ["lift id card"]),
        Row(["id reader says 32", "lay id card wang-fang"], "K-RDR-006", mend: ["lift id card"]),
        Row(["id reader says 40", "lay id card wang-fang"], "K-RDR-006", mend: ["lift id card"]),
        Row(["id reader says 33", "lay id card wang-fang"], "K-RDR-007", mend: ["lift id card"]),
        Row(["id reader says 91", "lay id card wang-fang"], "K-RDR-007", mend: ["lift id card"]),
        Row(["id reader says 47", "lay id card wang-fang"], "K-RDR-005", mend: ["lift id card"]),
        Row(["id reader says 60", "lay id card wang-fang"], "K-RDR-009", mend: ["lift id card"]),
        Row(["id reader says 66", "lay id card wang-fang"], "K-RDR-009", mend: ["lift id card"]),
        // A card that is read between them: a reader that only fails is given up in the end.
        Row(
            ["id reader says 41", "lay id card wang-fang"], "K-RDR-004",
            mend: ["lift id card", "lay id card wang-fang"]),
        Row(["id reader says 24", "lay id card wang-fang"], "K-RDR-002", mend: ["lift id card"]),
        Row(["id reader says 10", "lay id card wang-fang"], "K-RDR-002", mend: ["lift id card"]),
        Row(
            ["id reader says 81", "lay id card shangguan-wanqiu"], "K-RDR-004",
            mend: ["lift id card", "lay id card shangguan-wanqiu"]),
        Row(["id reader says 11", "lay id card wang-fang"], "K-RDR-002", mend: ["lift id card"]),
        Row(["id reader says 21", "lay id card wang-fang"], "K-RDR-002", mend: ["lift id card"]),
        Row(["unplug idcard"], "K-USB-001", mend: ["plug idcard"]),
    ]

    private static let printer: [Row] = [
        Row(["paper out"], "K-PRN-001", mend: ["load paper"]),
        Row(["low paper"], "K-PRN-002", mend: ["load paper"]),
        Row(["open cover"], "K-PRN-003", mend: ["close cover"]),
        Row(["printer offline"], "K-PRN-005", mend: ["printer online"]),
        Row(["printer model mute"], "K-PRN-006", mend: ["printer model usual"]),
        Row(["unplug printer"], "K-USB-001", mend: ["plug printer"]),
        Row(["lie printer"], "K-USB-006", mend: ["plug printer"]),
        Row(["stranger printer"], "K-USB-010", mend: ["plug printer"]),
    ]

    @Test(.timeLimit(.minutes(5)))
    func `each trouble of readers and printer has its code, and ends when it is put right`() async throws {
        try await LiveKiosk.run { kiosk in
            let well = try await eventually(within: .seconds(20)) { try await Self.isWell(kiosk) }
            #expect(well)
            let heard = Heard()
            let listening = Task {
                for try await event in kiosk.client.events() {
                    if let code = event.fault?.code { await heard.add(code) }
                }
            }
            defer { listening.cancel() }
            for row in Self.readers + Self.printer {
                // What passes quickly is an event; what stays is in the status.
                await heard.forget()
                for words in row.words { try await kiosk.control.say(words) }
                let isMet = try await eventually(within: .seconds(20)) {
                    if await heard.codes.contains(row.code) { return true }
                    return try await Self.status(kiosk, row).faults.contains { $0.code == row.code }
                }
                #expect(isMet, "\(row.testDescription)")
                for words in row.mend { try await Self.say(words, kiosk) }
                let isWell = try await eventually(within: .seconds(20)) { try await Self.isWell(kiosk, row) }
                #expect(isWell, "after \(row.testDescription)")
                try await Self.clear(kiosk, after: row)
            }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a jammed cutter refuses a page before its first byte; one that the paper cuts off is unknown`()
        async throws
    {
        try await LiveKiosk.run { kiosk in
            try await kiosk.control.say("jam cutter")
            await kiosk.expectProblem("K-PRN-004") { try await kiosk.client.printTestPage() }
            let stuck = try await eventually { try await kiosk.client.printer().fault?.code == "K-PRN-004" }
            #expect(stuck)
            try await kiosk.control.say("free cutter")
            try await kiosk.client.printTestPage()
            try await kiosk.control.say("paper out after 300")
            await kiosk.expectProblem("K-PRN-007") { try await kiosk.client.printTestPage(.en) }
            await kiosk.expectProblem("K-PRN-001") { try await kiosk.client.printTestPage(.en) }
            try await kiosk.control.say("load paper")
            try await kiosk.client.printTestPage(.en)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a printer that can't confirm says so, and one that can't be emptied prints nothing behind a torn page`()
        async throws
    {
        try await LiveKiosk.run { kiosk in
            try await kiosk.control.say("printer model no-fence")
            let page = try await kiosk.client.printTestPage(.en)
            #expect(page.state == "unconfirmed")
            for try await event in kiosk.client.events(after: 0) where event.fault?.code == "K-PRN-008" { break }
            try await kiosk.control.say("printer model no-reset")
            try await kiosk.control.say("paper out after 300")
            await kiosk.expectProblem("K-PRN-007") { try await kiosk.client.printTestPage(.en) }
            try await kiosk.control.say("load paper")
            await kiosk.expectProblem("K-PRN-010") { try await kiosk.client.printTestPage(.en) }
            try await kiosk.control.say("printer model usual")
            #expect(try await kiosk.client.printTestPage(.en).state == "confirmed")
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["stall reader", "hang reader", "corrupt reader"])
    func `one broken transfer with a reader passes by itself, and the next card is read`(words: String) async throws {
        try await LiveKiosk.run { kiosk in
            try await kiosk.control.say(words)
            _ = try await kiosk.openVisit()
            let device = try await kiosk.client.device("reader")
            #expect(device.usb?.rung == nil)
        }
    }

    /// No card in any reader, and no visit that a row opened.
    private static func clear(_ kiosk: LiveKiosk, after row: Row) async throws {
        if row.opensVisit {
            try await expectEventually(within: .seconds(20), "\(row)") {
                try await kiosk.client.status().visit != nil
            }
        }
        try await say("remove card", kiosk)
        if row.leavesIDCard { try await say("lift id card", kiosk) }
        if let visit = try await kiosk.client.status().visit { try await kiosk.client.abort(visit.id) }
    }

    /// A resident ID reader is asked three times a second and believed the second time that nothing lies on it: a card
    /// that is laid again at once was never away. With the third question the answers to two are known.
    private static func say(_ words: String, _ kiosk: LiveKiosk) async throws {
        try await kiosk.control.say(words)
        guard words == "lift id card" else { return }
        let looks = { @Sendable in Int(try await kiosk.control.say("count id reader looks")) ?? 0 }
        let before = try await looks()
        try await expectEventually(within: .seconds(20)) { try await looks() >= before + 3 }
    }

    /// The status holds what the printer said up to two seconds ago: for its rows it is asked anew.
    private static func status(_ kiosk: LiveKiosk, _ row: Row?) async throws -> StatusView {
        if row?.isOfPrinter == true { _ = try await kiosk.client.printer() }
        return try await kiosk.client.status()
    }

    /// Nothing is wrong with readers and printer.
    private static func isWell(_ kiosk: LiveKiosk, _ row: Row? = nil) async throws -> Bool {
        let roles: Set<String> = ["reader", "idcard", "printer"]
        let status = try await status(kiosk, row)
        return status.faults.allSatisfy { !($0.device.map(roles.contains) ?? false) }
            && status.devices.allSatisfy { !roles.contains($0.role) || $0.state == .ready }
    }
}

/// The codes of the events since somebody asked.
private actor Heard {
    private(set) var codes: Set<String> = []

    func add(_ code: String) { codes.insert(code) }
    func forget() { codes = [] }
}
