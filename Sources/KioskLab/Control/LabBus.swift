import SimulatedDevices

/// Where each simulated device is plugged in: its USB/IP bus id.
public enum LabBus: String, Sendable, CaseIterable {
    case reader = "1-1"
    case doctorReader = "1-2"
    case printer = "1-3"
    case dispenser = "1-4"
    case camera = "1-5"
    case idCard = "1-6"

    /// The word by which scripts name the device.
    public var word: String {
        switch self {
        case .reader: "reader"
        case .doctorReader: "doctor-reader"
        case .printer: "printer"
        case .dispenser: "dispenser"
        case .camera: "camera"
        case .idCard: "idcard"
        }
    }

    init?(word: String) {
        guard let match = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}

extension LabCommand.WireTrouble {
    /// What it is at the wire of a device: a halt is of its bulk IN endpoint, all else of whatever comes next.
    func fault(for bus: LabBus) -> USBWireFault {
        switch self {
        case .stall: .stall(endpoint: bus == .reader || bus == .doctorReader ? 0x82 : 0x81)
        case .hang: .hang()
        case .corrupt: .corrupt()
        }
    }
}
