import KioskModel

extension RefillOrder {
    init(_ fields: inout JSONFields) throws(Fault) {
        self.init(
            slot: try fields.integer("slot", in: 0...255), medicine: try fields.text("medicine", limit: 64),
            lot: try fields.text("lot", limit: 20), expiry: try fields.text("expiry", limit: 10),
            traces: try fields.texts("traces", count: 0...200, limit: 100),
            counted: try fields.integer("counted", in: 0...999), par: try fields.optionalInteger("par", in: 0...999),
            uses: try Self.uses(&fields), replace: try fields.optionalFlag("replace") ?? false,
            by: try fields.text("by", limit: 64))
    }

    private static func uses(_ fields: inout JSONFields) throws(Fault) -> Set<SlotUse>? {
        guard fields.has("uses") else { return nil }
        var uses: Set<SlotUse> = []
        for word in try fields.texts("uses", count: 1...2, limit: 20) {
            guard let use = SlotUse(rawValue: word) else {
                let allowed = SlotUse.allCases.map(\.rawValue).joined(separator: ", ")
                throw Fault(.apiMalformed, "uses: \(allowed) are allowed")
            }
            uses.insert(use)
        }
        return uses
    }
}

extension RecallOrder {
    init(_ fields: inout JSONFields) throws(Fault) {
        self.init(
            lot: try fields.text("lot", limit: 20), medicine: try fields.optionalText("medicine", limit: 64),
            reason: try fields.text("reason"), lifted: try fields.optionalFlag("lifted") ?? false,
            by: try fields.text("by", limit: 64))
    }
}

extension SlotLockOrder {
    init(_ fields: inout JSONFields) throws(Fault) {
        self.init(
            slot: try fields.integer("slot", in: 0...255), locked: try fields.flag("locked"),
            reason: try fields.text("reason"), by: try fields.text("by", limit: 64))
    }
}

extension HomeOrder {
    init(_ fields: inout JSONFields) throws(Fault) {
        self.init(slot: try fields.integer("slot", in: 0...255), by: try fields.text("by", limit: 64))
    }
}

extension DoorOrder {
    init(_ fields: inout JSONFields) throws(Fault) { self.init(by: try fields.text("by", limit: 64)) }
}

extension FirmwareOrder {
    init(_ fields: inout JSONFields) throws(Fault) {
        self.init(
            image: try fields.text("image", limit: BodyReader.fileLimit), by: try fields.text("by", limit: 64))
    }
}
