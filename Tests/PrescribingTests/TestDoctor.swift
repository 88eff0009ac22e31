import Foundation
import KioskModel
import Prescribing

enum TestDoctor {
    static let now = Date(timeIntervalSince1970: 1_795_341_600)

    static func record(
        tier: DoctorRecord.AntibioticTier = .unrestricted, status: DoctorRecord.Status = .active,
        notAfter: Date = now + 86_400, scope: [ServiceMode] = [.clinicOnsite], sites: [String] = ["S1"]
    ) -> DoctorRecord {
        DoctorRecord(
            id: "D-1", name: "李", licence: "L", scope: scope, sites: sites, notBefore: now - 86_400,
            notAfter: notAfter, status: status, antibioticTier: tier, thumbprints: ["ab"])
    }
}
