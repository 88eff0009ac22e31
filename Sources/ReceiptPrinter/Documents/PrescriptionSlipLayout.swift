import KioskModel

/// Composes the patient's prescription slip (处方笺). Pure: the same slip gives the same blocks, and nothing else is
/// on the paper.
struct PrescriptionSlipLayout: Sendable {
    let profile: PrinterProfile
    var raster: LineRaster?

    func blocks(_ slip: PrescriptionSlip) -> [LayoutBlock] {
        var blocks: [LayoutBlock] = []
        blocks += banner(slip)
        blocks += heading(slip)
        blocks += patient(slip)
        blocks += medicines(slip)
        blocks += signature(slip)
        blocks += banner(slip)
        return blocks
    }

    private func banner(_ slip: PrescriptionSlip) -> [LayoutBlock] {
        DocumentFrame.simulated(slip.simulated)
    }

    private func heading(_ slip: PrescriptionSlip) -> [LayoutBlock] {
        var blocks: [LayoutBlock] = [
            .text(slip.kioskName, .bold, .center), .feed(dots: 4), .text("处 方 笺", .large, .center), .feed(dots: 6),
            .text("PRESCRIPTION", .plain, .center),
        ]
        if slip.reprint > 0 {
            blocks += [
                .feed(dots: 8), .text("\u{A0}补打 \(slip.reprint) REPRINT\u{A0}", .banner, .center), .feed(dots: 8),
            ]
        }
        blocks += [
            .rule(.heavy), .entry(label: "处方号 Rx No.  ", value: slip.prescriptionNumber, .bold),
            .entry(label: "时  间 Issued  ", value: joined(slip.issued), .plain), .rule(.thin),
        ]
        return blocks
    }

    private func patient(_ slip: PrescriptionSlip) -> [LayoutBlock] {
        var blocks: [LayoutBlock] = [.entry(label: "姓名 Name  ", value: slip.patientName, .large), .feed(dots: 10)]
        let age = slip.age.isEmpty ? "—" : slip.age
        blocks.append(.columns(left: "性别 Sex  \(slip.sex)", right: "年龄 Age  \(age)", .plain))
        blocks.append(.entry(label: "诊断 Dx  ", value: slip.diagnosis, .bold))
        blocks.append(.rule(.thin))
        return blocks
    }

    private func medicines(_ slip: PrescriptionSlip) -> [LayoutBlock] {
        var blocks: [LayoutBlock] = [.text("Rp.", .large, .left), .feed(dots: 8)]
        for (index, line) in slip.lines.enumerated() {
            let number = "\(index + 1)."
            let label = number + String(repeating: " ", count: max(1, 4 - number.count))
            blocks += [
                .entry(label: label, value: line.name, .bold),
                .columns(
                    left: "\u{A0}\u{A0}\u{A0}\u{A0}\(joined(line.strength))", right: "× \(line.boxes) 盒", .bold),
                .phrases(label: "    用法  ", usage(line), .plain), .feed(dots: 12),
            ]
        }
        blocks += [.text("（以下空白 End）", .plain, .center), .rule(.thin)]
        return blocks
    }

    /// Route, single dose, frequency and days; a number stays with its unit.
    private func usage(_ line: PrescriptionLine) -> [String] {
        [line.route, "每次 \(line.dose)", line.frequency, "共 \(line.days) 天"].map(joined)
    }

    private func signature(_ slip: PrescriptionSlip) -> [LayoutBlock] {
        var blocks: [LayoutBlock] = [
            .columns(left: "医师 Doctor  \(slip.doctorName)", right: "[电子签名]", .plain), .feed(dots: 16),
            .qr(slip.qr), .feed(dots: 8), .text("扫码核验处方  Scan to verify", .plain, .center),
            .text("单据号 Document \(slip.documentNumber)", .plain, .center),
        ]
        if hasMissingCharacters(slip) {
            blocks.append(.text("〓 = 字库缺字 not in font", .plain, .center))
        }
        blocks += [.rule(.heavy), .feed(dots: 8)]
        return blocks
    }

    private func hasMissingCharacters(_ slip: PrescriptionSlip) -> Bool {
        var texts = [slip.kioskName, slip.patientName, slip.diagnosis, slip.doctorName]
        for line in slip.lines { texts += [line.name, line.strength, line.dose, line.route, line.frequency] }
        return texts.contains { PrintableText($0, for: profile.glyphs, raster: raster).hasReplacements }
    }

    private func joined(_ text: String) -> String { text.replacing(" ", with: "\u{A0}") }
}
