import KioskModel

extension DocumentFrame {
    /// 收费凭条. Throws `printerError` where the items do not add up: a wrong sum is not printed.
    func blocks(_ receipt: PaymentReceipt) throws(Fault) -> [LayoutBlock] {
        var sum = 0
        var body: [LayoutBlock] = []
        for item in receipt.items {
            let (next, overflows) = sum.addingReportingOverflow(item.amount)
            guard !overflows, item.amount >= 0, item.quantity > 0 else {
                throw Fault(.printerError, "an amount on the receipt makes no sense")
            }
            sum = next
            body.append(.text(item.name, .plain, .left))
            body.append(.columns(left: "  × \(item.quantity)", right: Self.yuan(item.amount), .plain))
        }
        guard sum == receipt.total, !receipt.items.isEmpty else {
            throw Fault(.printerError, "the receipt's items do not add up to its total")
        }
        body += [
            .rule(.thin), .columns(left: word("合计", "Total"), right: Self.yuan(receipt.total), .large),
            .feed(dots: 8), entry("支付方式", "Paid by", receipt.method),
            entry("交易号", "Payment", receipt.paymentNumber), .feed(dots: 12), code(receipt.head.documentNumber),
            .feed(dots: 8), .text(word("本凭条不作为税务发票", "This is not a tax invoice"), .plain, .center),
        ]
        return page(receipt.head, zh: "收 费 凭 条", en: "RECEIPT", body)
    }

    /// Fen as yuan: `￥12.50`, with the sign that the printers' fonts have.
    static func yuan(_ fen: Int) -> String {
        let cents = fen % 100
        return "￥\(fen / 100).\(cents < 10 ? "0" : "")\(cents)"
    }

    /// For the technician: width, font, styles, codes, cut.
    func blocks(_ test: PrinterTestPage) -> [LayoutBlock] {
        let ruler = (0..<profile.columns).map { String(($0 + 1) % 10) }.joined()
        let body: [LayoutBlock] = [
            entry("配置", "Profile", "\(profile.name) · \(profile.dots) dots · \(profile.columns) columns"),
            entry("设备", "Device", test.device), entry("版本", "Version", test.version), .rule(.thin),
            .text(word("标尺须恰好占满一行", "The ruler must fill exactly one line"), .plain, .left),
            .text(ruler, .plain, .left), .rule(.thin),
            .text("ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789", .plain, .left),
            .text("国标汉字：一分钟诊所 堃喆镕 ①②③ αβγ ℃ ％", .plain, .left), .text("粗体 Bold", .bold, .left),
            .text("大字 Large", .large, .left), .text("\u{A0}反白 Reversed\u{A0}", .banner, .center), .feed(dots: 8),
            .columns(left: word("左", "left"), right: word("右", "right"), .plain), .rule(.thin),
            .text(word("条码和二维码须能扫出所示文字", "The codes must scan as shown"), .plain, .left), .feed(dots: 8),
            code("KIOSK-TEST"), .feed(dots: 12), .qr("kiosk-printer-test"), .feed(dots: 8),
            .text("KIOSK-TEST / kiosk-printer-test", .plain, .center),
            .text(word("纸须自动切断", "The paper must be cut"), .bold, .center),
        ]
        return page(test.head, zh: "打印机测试页", en: "PRINTER TEST", body)
    }
}
