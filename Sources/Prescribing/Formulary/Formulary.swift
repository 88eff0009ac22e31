import Foundation
import KioskModel

/// The medicines that a kiosk holds and the slots they lie in.
public struct Formulary: Codable, Sendable, Hashable {
    public let version: String
    /// True for the demonstration formulary, which is not for clinical use.
    public let demonstration: Bool
    public let medicines: [Medicine]

    public init(version: String, demonstration: Bool, medicines: [Medicine]) {
        self.version = version
        self.demonstration = demonstration
        self.medicines = medicines
    }

    /// Reads a formulary file. Throws `configBadValue` with what is wrong.
    public init(json: [UInt8]) throws(Fault) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(json))
        } catch {
            throw Fault(.configBadValue, "formulary: \(error)")
        }
        let slots = medicines.flatMap(\.slots).map(\.slot)
        guard Set(slots).count == slots.count else { throw Fault(.configBadValue, "formulary: a slot stands twice") }
        guard Set(medicines.map(\.code)).count == medicines.count else {
            throw Fault(.configBadValue, "formulary: a medicine stands twice")
        }
    }

    public func medicine(_ code: String) -> Medicine? { medicines.first { $0.code == code } }
}

/// One medicine of the formulary.
public struct Medicine: Codable, Sendable, Hashable {
    public enum SupplyClass: String, Codable, Sendable, Hashable {
        /// 乙类非处方药: the only class that a vending machine may sell.
        case otcB = "otc-b"
        case otcA = "otc-a"
        case prescription
        /// Narcotic, psychotropic or otherwise specially controlled.
        case controlled
    }

    public let code: String
    /// Generic name in Chinese.
    public let name: String
    public let strength: String
    public let supply: SupplyClass
    public let antibiotic: DoctorRecord.AntibioticTier
    /// What the trace codes of its boxes begin with: seven digits, or a GTIN. Nil: a box's product is not checked.
    public let products: [String]?
    /// The temperatures in which its boxes may lie; nil: as the cabinet is.
    public let storage: StorageRange?
    /// What the cabinet held when this formulary came; taken over once, into an inventory that is empty.
    public let slots: [Slot]

    public init(
        code: String, name: String, strength: String, supply: SupplyClass,
        antibiotic: DoctorRecord.AntibioticTier = .none, products: [String]? = nil, storage: StorageRange? = nil,
        slots: [Slot]
    ) {
        self.code = code
        self.name = name
        self.strength = strength
        self.supply = supply
        self.antibiotic = antibiotic
        self.products = products
        self.storage = storage
        self.slots = slots
    }
}

/// Degrees Celsius in which a medicine keeps, both ends included (药典: 阴凉 ≤ 20, 冷处 2 to 10).
public struct StorageRange: Codable, Sendable, Hashable {
    public let least: Double
    public let most: Double

    public init(least: Double, most: Double) {
        self.least = least
        self.most = most
    }
}

/// One column of the cabinet as it was filled at first.
public struct Slot: Codable, Sendable, Hashable {
    public let slot: Int
    public let lot: String
    /// ISO 8601 date, the last day of use.
    public let expiry: String
    public let boxes: Int
    /// The boxes' trace codes, the one that falls first first; nil where none were bound.
    public let traces: [String]?
    public let par: Int?
    /// Nil: pick-up alone.
    public let uses: Set<SlotUse>?

    public init(
        slot: Int, lot: String, expiry: String, boxes: Int, traces: [String]? = nil, par: Int? = nil,
        uses: Set<SlotUse>? = nil
    ) {
        self.slot = slot
        self.lot = lot
        self.expiry = expiry
        self.boxes = boxes
        self.traces = traces
        self.par = par
        self.uses = uses
    }
}
