/// The boxes that expire soon, the first first.
public struct ExpiryList: Codable, Sendable, Hashable {
    public struct Row: Codable, Sendable, Hashable {
        public let slot: Int
        public let medicine: String
        public let name: String
        public let lot: String
        /// The last day of use.
        public let expiry: String
        public let boxes: Int
        /// Days that are left, today not counted; negative where it is over.
        public let days: Int
    }

    public var schema = 1
    public let day: String
    public let within: Int
    public let rows: [Row]

    /// What of a stock expires within so many days.
    public init(_ stock: StockView, within days: Int) {
        day = stock.day
        within = days
        let today = ExpiryDate(stock.day)?.dayNumber ?? 0
        var rows: [Row] = []
        for slot in stock.slots {
            for (lot, boxes) in Dictionary(grouping: slot.boxes, by: { [$0.lot, $0.expiry] }) {
                guard let last = ExpiryDate(lot[1])?.dayNumber, last - today <= days else { continue }
                rows.append(
                    Row(
                        slot: slot.slot, medicine: slot.medicine, name: slot.name, lot: lot[0], expiry: lot[1],
                        boxes: boxes.count, days: last - today))
            }
        }
        self.rows = rows.sorted { ($0.expiry, $0.slot, $0.lot) < ($1.expiry, $1.slot, $1.lot) }
    }
}
