import DispenserKit
import KioskModel

// The controller's words in the kiosk's: the only place where one becomes the other.

extension Refusal {
    /// Whether the controller says that it knows no such request.
    func isUnsupported(_ request: MessageType) -> Bool { reason == .unsupported && self.request == request.rawValue }

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
        case .imageUnfit: Fault(.firmwareRefused, "it is for another board, or too large", device: role)
        case .imageNotNewer:
            Fault(.firmwareRefused, "it is not newer than what runs or was confirmed before", device: role)
        case .updateOutOfPlace: Fault(.firmwareRefused, "no update is under way at the controller", device: role)
        case .onTrial: Fault(.dispenserRefused, "the controller's new firmware is not confirmed yet", device: role)
        case .memory: Fault(.firmwareRefused, "the controller can't write its flash", device: role)
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

    /// What keeps from no order and will not mend itself, or nil.
    func wear(role: String) -> Fault? {
        damagedRecords == 0 ? nil : Fault(.cabinetLogDamaged, "\(damagedRecords) found at its start", device: role)
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

extension TransactionReport {
    /// How a homing ended. Nil while it runs.
    var homing: CabinetHoming? {
        switch state {
        case .running: nil
        case .done where count == 0: CabinetHoming(outcome: .done, fallen: Int(dropped))
        case .jam where count == 0: CabinetHoming(outcome: .jam, fallen: Int(dropped))
        case .door where count == 0: CabinetHoming(outcome: .door, fallen: Int(dropped))
        case .unverified where count == 0: CabinetHoming(outcome: .unverified, fallen: nil)
        case .interrupted: CabinetHoming(outcome: .interrupted, fallen: nil)
        case .notStarted: CabinetHoming(outcome: .notStarted, fallen: 0)
        case .done, .jam, .door, .unverified, .noDrop, .forgotten: CabinetHoming(outcome: .unknown, fallen: nil)
        }
    }
}

extension FirmwareVersion {
    var text: String { "\(major).\(minor).\(patch)" }
    var isNone: Bool { self == FirmwareVersion(major: 0, minor: 0, patch: 0) }
}

extension CabinetFirmware {
    init(_ report: FirmwareReport) {
        let board =
            switch report.board {
            case 1: "mps2-an386"
            case 2: "stm32f405"
            case 0x100: "simulated"
            default: String(report.board)
            }
        self.init(
            version: report.version.text, board: board, onTrial: report.isOnTrial,
            laboratoryKey: report.hasLaboratoryKey,
            abandoned: report.abandoned.isNone ? nil : report.abandoned.text,
            standby: report.otherState == .confirmed ? report.otherVersion.text : nil)
    }
}

extension UpdateFailure {
    func fault(role: String) -> Fault {
        let detail =
            switch self {
            case .none: "the controller gave the update up"
            case .memory: "the controller can't write its flash"
            case .checksum: "it arrived damaged in the controller's flash"
            case .signature: "its signature is not good"
            }
        return Fault(.firmwareRefused, detail, device: role)
    }
}
