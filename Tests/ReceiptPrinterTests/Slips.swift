import KioskModel

/// Slips of made-up people.
enum Slips {
    static let medicines = [
        PrescriptionLine(
            medicine: "amoxicillin", name: "阿莫西林胶囊", strength: "0.25 g × 24", boxes: 1, dose: "0.5 g", route: "口服",
            frequency: "每日三次", days: 5),
        PrescriptionLine(
            medicine: "ibuprofen", name: "布洛芬缓释胶囊", strength: "0.3 g × 20", boxes: 2, dose: "0.3 g", route: "口服",
            frequency: "每日二次，饭后", days: 3),
    ]

    static func make(
        number: String = "0007", patient: String = "张晓明", diagnosis: String = "急性上呼吸道感染",
        lines: [PrescriptionLine] = medicines, qr: String? = nil, simulated: Bool = true, reprint: Int = 0
    ) -> PrescriptionSlip {
        PrescriptionSlip(
            documentNumber: "D-\(number)", kioskName: "滨海一分钟诊所 3 号", patientName: patient, sex: "男", age: "36 岁",
            diagnosis: diagnosis, lines: lines, doctorName: "李晓梅", prescriptionNumber: "K1-20261122-\(number)",
            issued: "2026-11-22 10:15",
            qr: qr
                ?? "rx:K1-20261122-\(number);sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            simulated: simulated, reprint: reprint)
    }
}
