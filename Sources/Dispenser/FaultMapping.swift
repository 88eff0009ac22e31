import DispenserKit
import KioskModel

// The controller's words in the kiosk's: the only place where one becomes the other.

extension Refusal {
    /// The row of the fault table for an order or question that the controller refused.
    func fault(role: String) -> Fault {
        switch reason {
        case .version: Fault(.dispenserProtocol, "the controller speaks another protocol version", device: role)
        case .unsupported:
            Fault(.dispenserProtocol, "the controller does not know request \(request)", device: role)
        case .malformed: Fault(.dispenserProtocol, "the controller finds request \(request) malformed", device: role)
        case .busy: Fault(.dispenserRefused, "another order is running", device: role)
        case .stale: Fault(.dispenserRefused, "transaction \(transaction) was used before", device: role)
        case .number: Fault(.dispenserRefused, "transaction \(transaction) is out of range", device: role)
        case .count: Fault(.dispenserRefused, "the number of boxes is out of range", device: role)
        case .slotAbsent: Fault(.dispenserSlotFault, "no such slot", device: role)
        case .slotLocked: Fault(.dispenserSlotFault, "the slot failed and waits for a technician", device: role)
        case .heldFull:
            Fault(.dispenserRefused, "too many outcomes wait for their acknowledgement", device: role)
        case .journal: Fault(.dispenserRefused, "the controller can't write its journal", device: role)
        }
    }
}

extension CabinetStatus {
    /// Why no order for the slot would start now, or nil.
    func obstacle(role: String) -> Fault? {
        if let fault = trouble(role: role) { return fault }
        if heldOutcomes >= heldCapacity { return Refusal(.heldFull, request: 0).fault(role: role) }
        if isMoving { return Refusal(.busy, request: 0).fault(role: role) }
        return switch condition {
        case .ready: nil
        case .absent: Fault(.dispenserSlotFault, "no slot \(slot)", device: role)
        case .locked: Fault(.dispenserSlotFault, "slot \(slot) failed and waits for a technician", device: role)
        }
    }

    /// What is wrong with the cabinet as a whole, or nil.
    func trouble(role: String) -> Fault? {
        if isJournalOutOfOrder { return Refusal(.journal, request: 0).fault(role: role) }
        if isDoorOpen { return Fault(.dispenserDoorOpen, device: role) }
        if isSensorOutOfOrder { return Fault(.dispenserRefused, "the drop sensor is out of order", device: role) }
        return nil
    }
}

extension TransactionReport {
    /// The outcome of an order for one box from that slot; another slot's report tells nothing. Nil while it runs.
    func outcome(slot expected: UInt16?) -> DispenseOutcome? {
        if let expected, expected != slot, state != .notStarted, state != .forgotten { return .unknown }
        return outcome
    }

    /// The outcome of an order for one box. Nil while it runs.
    var outcome: DispenseOutcome? {
        switch state {
        case .running: nil
        // More than one box may not fall: that is not done, a person must look.
        case .done: dropped == 1 && count == 1 ? .done : .unknown
        case .unverified: .unverified
        case .noDrop: dropped == 0 ? .noDrop : .unknown
        case .jam: dropped == 0 ? .jam : .unknown
        case .door: dropped == 0 ? .door : .unknown
        case .interrupted: .interrupted
        case .notStarted: .notStarted
        case .forgotten: .unknown
        }
    }
}
