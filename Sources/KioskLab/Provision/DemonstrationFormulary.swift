import KioskModel
import Prescribing

/// A formulary for demonstration only, of common medicines with public facts. Not for clinical use.
enum DemonstrationFormulary {
    static let value = Formulary(
        version: "demonstration-1", demonstration: true,
        medicines: [
            Medicine(
                code: "M001", name: "布洛芬缓释胶囊", strength: "0.3 g × 20 粒", supply: .otcB,
                slots: [Slot(slot: 11, lot: "L2601A", expiry: "2028-01-31", boxes: 6)]),
            Medicine(
                code: "M002", name: "阿莫西林胶囊", strength: "0.25 g × 24 粒", supply: .prescription,
                antibiotic: .unrestricted,
                slots: [
                    Slot(slot: 12, lot: "L2603C", expiry: "2027-12-31", boxes: 5),
                    Slot(slot: 13, lot: "L2605F", expiry: "2028-03-31", boxes: 5),
                ]),
            Medicine(
                code: "M003", name: "氯雷他定片", strength: "10 mg × 6 片", supply: .otcA,
                slots: [Slot(slot: 14, lot: "L2602B", expiry: "2028-02-29", boxes: 8)]),
            Medicine(
                code: "M004", name: "左氧氟沙星片", strength: "0.5 g × 4 片", supply: .prescription,
                antibiotic: .restricted, slots: [Slot(slot: 15, lot: "L2604D", expiry: "2027-10-31", boxes: 4)]),
        ])

    /// Slot → boxes, as the cabinet was filled.
    static var slots: [Int: Int] {
        Dictionary(uniqueKeysWithValues: value.medicines.flatMap(\.slots).map { ($0.slot, $0.boxes) })
    }
}
