import KioskModel
import Prescribing

/// A formulary for demonstration only, of common medicines with public facts. Not for clinical use.
enum DemonstrationFormulary {
    static let value = Formulary(
        version: "demonstration-1", demonstration: true,
        medicines: [
            Medicine(
                code: "M001", name: "布洛芬缓释胶囊", strength: "0.3 g × 20 粒", supply: .otcB, products: ["8100001"],
                slots: [
                    slot(11, lot: "L2601A", expiry: "2028-01-31", boxes: 6, of: "8100001", uses: [.pickUp, .sale])
                ]),
            Medicine(
                code: "M002", name: "阿莫西林胶囊", strength: "0.25 g × 24 粒", supply: .prescription,
                antibiotic: .unrestricted, products: ["8100002"],
                slots: [
                    slot(12, lot: "L2603C", expiry: "2027-12-31", boxes: 5, of: "8100002"),
                    slot(13, lot: "L2605F", expiry: "2028-03-31", boxes: 5, of: "8100002"),
                ]),
            Medicine(
                code: "M003", name: "氯雷他定片", strength: "10 mg × 6 片", supply: .otcA, products: ["8100003"],
                storage: StorageRange(least: 0, most: 20),
                slots: [slot(14, lot: "L2602B", expiry: "2028-02-29", boxes: 8, of: "8100003")]),
            Medicine(
                code: "M004", name: "左氧氟沙星片", strength: "0.5 g × 4 片", supply: .prescription,
                antibiotic: .restricted, products: ["8100004"],
                slots: [slot(15, lot: "L2604D", expiry: "2027-10-31", boxes: 4, of: "8100004")]),
        ])

    /// A column whose boxes carry trace codes of the laboratory's own: product, slot, running number.
    private static func slot(
        _ slot: Int, lot: String, expiry: String, boxes: Int, of product: String, uses: Set<SlotUse> = [.pickUp]
    ) -> Slot {
        let traces = (1...boxes).map { "\(product)\(1_000_000_000_000 + slot * 1_000_000 + $0)" }
        return Slot(
            slot: slot, lot: lot, expiry: expiry, boxes: boxes, traces: traces, par: 2, uses: uses)
    }

    /// Slot → boxes, as the cabinet was filled.
    static var slots: [Int: Int] {
        Dictionary(uniqueKeysWithValues: value.medicines.flatMap(\.slots).map { ($0.slot, $0.boxes) })
    }
}
