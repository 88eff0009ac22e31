/// The controller that gets this kiosk's orders, as it was when the last number was taken for it.
struct CabinetController: Codable, Sendable, Equatable {
    static let id = "cabinet-controller"

    /// Its microcontroller's number; nil where it was not told.
    let unit: UInt64?
    /// Its high-water mark then. A journal that is kept never falls behind it.
    let mark: UInt32
    /// The first number that may have gone to it: what came before went to another, or into a journal that is lost.
    let first: UInt32

    /// Why what is at the cabinet now can't know what became of this order, or nil.
    func doubt(about number: UInt32, unit: UInt64?, mark: UInt32) -> String? {
        if number < first { return "it went to a controller, or into a journal, before the present one" }
        return strangeness(unit: unit, mark: mark)
    }

    /// Why what is at the cabinet now is not this controller with its journal, or nil.
    func strangeness(unit: UInt64?, mark: UInt32) -> String? {
        if let known = self.unit, let unit, unit != known {
            return "controller \(String(unit, radix: 16)) in the place of \(String(known, radix: 16))"
        }
        return mark < self.mark ? "its journal has seen \(mark), and had seen \(self.mark) before" : nil
    }
}
