import KioskModel

/// Documents of made-up people.
enum Documents {
    static func head(_ number: String, reprint: Int = 0, simulated: Bool = true) -> DocumentHead {
        DocumentHead(
            documentNumber: number, kioskName: "滨海一分钟诊所 3 号", issued: "2026-11-22 10:18", simulated: simulated,
            reprint: reprint)
    }

    static func label(reprint: Int = 0) -> DispensingLabel {
        DispensingLabel(
            head: head("L-0007-1", reprint: reprint), patientName: "张晓明", prescriptionNumber: "K1-20261122-0007",
            line: Slips.medicines[1], lot: "B20260311", expiry: "2028-02-28",
            warnings: ["饭后服用，胃溃疡患者慎用", "服药期间不要饮酒"])
    }

    static func referral(_ urgency: ReferralLetter.Urgency = .today) -> ReferralLetter {
        ReferralLetter(
            head: head("T-0003"), patientName: "张晓明", sex: "男", age: "36 岁", diagnosis: "胸痛待查",
            reason: "活动后胸闷 2 天，心电图 ST 段改变，需进一步检查心肌酶和动态心电图", facility: "滨海市第一人民医院", department: "心血管内科",
            urgency: urgency, doctorName: "李晓梅", qr: "ref:T-0003")
    }

    static func receipt(total: Int = 4550) -> PaymentReceipt {
        PaymentReceipt(
            head: head("R-0012", simulated: false),
            items: [
                PaymentReceipt.Item(name: "阿莫西林胶囊 0.25 g × 24", quantity: 1, amount: 1280),
                PaymentReceipt.Item(name: "布洛芬缓释胶囊 0.3 g × 20", quantity: 2, amount: 3270),
            ], total: total, method: "微信支付", paymentNumber: "4200001234202611220000000001")
    }

    static let test = PrinterTestPage(
        head: head("TEST", simulated: false), device: "1-3 · 1209:0007", version: "0.1.0")

    /// Every document by the name of its golden files.
    static func all(_ language: PrintDocument.Language) -> [(name: String, document: PrintDocument)] {
        let contents: [(String, PrintDocument.Content)] = [
            ("prescription", .prescription(Slips.make())), ("label", .label(label())),
            ("referral", .referral(referral())),
            ("receipt", .receipt(receipt())), ("test", .test(test)),
        ]
        return contents.map { ($0, PrintDocument($1, language: language)) }
    }
}
