import Foundation
import KioskCrypto
import KioskModel

extension Agent {
    /// What the slip says: only this visit's own data, from what is stored.
    func slip(for prescription: Prescription, visit: Visit, job: PrintJob) -> PrescriptionSlip {
        let digest = Hex.encode(Digest.sha256(prescription.jws ?? prescription.payload))
        let doctor = (try? registry.get())?.doctor(prescription.doctor)?.name ?? prescription.doctor
        return PrescriptionSlip(
            documentNumber: job.documentNumber, kioskName: configuration.kioskName, patientName: visit.patient.name,
            sex: visit.patient.sex.zh, age: Self.age(visit.patient.birthDate, at: prescription.issuedAt),
            diagnosis: prescription.diagnosis.display, lines: prescription.lines, doctorName: doctor,
            prescriptionNumber: prescription.number, issued: KioskDay.minute(prescription.issuedAt),
            qr: "KIOSK-RX:\(prescription.number):\(digest.prefix(32))", simulated: !visit.simulated.isEmpty,
            reprint: job.reprint)
    }

    /// Full years; days or months for infants (处方管理办法 art. 6).
    static func age(_ birthDate: String?, at stamp: Stamp) -> String {
        let fields = (birthDate ?? "").split(separator: "-").compactMap { Int($0) }
        guard fields.count == 3,
            let birth = KioskDay.calendar.date(from: DateComponents(year: fields[0], month: fields[1], day: fields[2]))
        else { return "" }
        let now = Date(timeIntervalSince1970: Double(stamp.wall) / 1000)
        let age = KioskDay.calendar.dateComponents([.year, .month, .day], from: birth, to: now)
        guard let years = age.year, let months = age.month, let days = age.day, years >= 0, months >= 0, days >= 0
        else {
            return ""
        }
        if years > 0 { return "\(years) 岁" }
        return months > 0 ? "\(months) 个月" : "\(days) 天"
    }
}

extension PatientIdentity.Sex {
    fileprivate var zh: String {
        switch self {
        case .male: "男"
        case .female: "女"
        case .unknown: "不详"
        }
    }
}
