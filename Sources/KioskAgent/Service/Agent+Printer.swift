import KioskModel

/// What technicians do at the printer. Its driver takes one job after the other, whoever asks.
extension Agent {
    public func printer() async -> PrinterView { await parts.printer.inspect() }

    public func printTestPage(
        _ language: PrintDocument.Language, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in try await self.printPage(language, answering: token) }
    }

    public func purgePrinter(token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in try await self.purge(answering: token) }
    }

    private func printPage(
        _ language: PrintDocument.Language, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        let page = await testPage()
        let number = page.head.documentNumber
        let state = await parts.printer.print(PrintDocument(.test(page), language: language))
        logger.notice("a technician's test page \(number): \(state.name)")
        switch state {
        case .confirmed, .unconfirmed:
            if state == .unconfirmed { report(Fault(.printerUnconfirmed, number, device: "printer")) }
            return try await answer(PrintReport(documentNumber: number, state: state.name), AgentChange(), token)
        case .failedClean(let fault), .unknown(let fault): throw fault
        case .queued, .sending: throw Fault(.internalError, "the printer's driver left the page in \(state.name)")
        }
    }

    private func purge(answering token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await parts.printer.purge()
        logger.notice("a technician emptied the printer")
        return try await answer(await printer(), AgentChange(), token)
    }

    /// Its number is no visit's document: `T`, the day and the milliseconds of the day.
    private func testPage() async -> PrinterTestPage {
        let device = await parts.printer.status()
        let ids = [device.vendorID, device.productID].compactMap(\.self).map { id in
            let digits = String(id, radix: 16)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
        let now = clock.stamp()
        let time = String(UInt64(max(0, now.wall)) % 86_400_000, radix: 36).uppercased()
        let head = DocumentHead(
            documentNumber: "T\(KioskDay.digits(now))-\(time)", kioskName: configuration.kioskName,
            issued: KioskDay.minute(now), simulated: device.simulated)
        return PrinterTestPage(
            head: head, device: "\(device.address ?? "-") · \(ids.joined(separator: ":"))",
            version: configuration.version)
    }
}
