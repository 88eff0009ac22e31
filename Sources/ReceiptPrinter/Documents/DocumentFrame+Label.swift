import KioskModel

extension DocumentFrame {
    /// 用药标签: who takes what, how and until when, large enough to be read at home.
    func blocks(_ label: DispensingLabel) -> [LayoutBlock] {
        let line = label.line
        var body: [LayoutBlock] = [
            entry("姓名", "Name", label.patientName, .large), .feed(dots: 8), .text(line.name, .large, .left),
            .feed(dots: 8),
            .columns(
                left: kept(amount(line.strength)),
                right: "× \(line.boxes) " + word("盒", line.boxes == 1 ? "box" : "boxes"),
                .bold), .rule(.thin),
            .phrases(
                label: word("用法", "Take") + "  ",
                [
                    said(line.route), word("每次", "each time") + " \(amount(line.dose))", said(line.frequency),
                    days(line.days),
                ].map(kept),
                .bold),
        ]
        for warning in label.warnings { body.append(entry("注意", "Caution", warning, .bold)) }
        body += [.rule(.thin), entry("批号", "Lot", label.lot)]
        if !label.expiry.isEmpty { body.append(entry("有效期至", "Expires", label.expiry)) }
        body += [
            entry("处方号", "Rx No.", label.prescriptionNumber), .feed(dots: 12), code(label.prescriptionNumber),
            .feed(dots: 8),
        ]
        return page(label.head, zh: "用 药 标 签", en: "MEDICINE LABEL", body)
    }

    private func days(_ count: Int) -> String {
        word("共 \(count) 天", count == 1 ? "for 1 day" : "for \(count) days")
    }

    /// 转诊单: to whom, how soon, and why.
    func blocks(_ letter: ReferralLetter) -> [LayoutBlock] {
        var body: [LayoutBlock] = []
        switch letter.urgency {
        case .emergency:
            body += [
                .text("\u{A0}" + word("急诊 立即前往", "EMERGENCY GO NOW") + "\u{A0}", .banner, .center),
                .feed(dots: 8),
            ]
        case .today: body += [.text(word("请今天就诊", "Be seen today"), .large, .center), .feed(dots: 8)]
        case .routine: body.append(.text(word("请预约就诊", "Make an appointment"), .bold, .center))
        }
        body += [
            entry("转往", "To", letter.facility, .bold), entry("科室", "Department", letter.department, .bold),
            .rule(.thin), entry("姓名", "Name", letter.patientName, .large), .feed(dots: 8),
            .columns(
                left: word("性别", "Sex") + "  \(person(letter.sex))",
                right: word("年龄", "Age") + "  \(letter.age.isEmpty ? "—" : person(letter.age))", .plain),
            entry("诊断", "Diagnosis", letter.diagnosis, .bold), entry("转诊原因", "Reason", letter.reason),
            .rule(.thin), entry("医师", "Doctor", letter.doctorName), .feed(dots: 12),
        ]
        if !letter.qr.isEmpty {
            body += [.qr(letter.qr), .feed(dots: 8), .text(word("扫码核验", "Scan to verify"), .plain, .center)]
        }
        return page(letter.head, zh: "转 诊 单", en: "REFERRAL", body)
    }
}
