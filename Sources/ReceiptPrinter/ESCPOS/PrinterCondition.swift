import KioskModel

/// What the printer's sensors say, gathered from port status, real-time status and automatic status.
struct PrinterCondition: Sendable, Hashable {
    var coverOpen = false
    var paperOut = false
    var paperLow = false
    var cutterStuck = false
    var failed = false
    var offline = false

    /// The answers to DLE EOT 1...4; nil where the printer was silent.
    mutating func update(realTime byte: UInt8, question n: UInt8) {
        switch n {
        case 1: offline = byte & 0x08 != 0
        case 2:
            coverOpen = byte & 0x04 != 0
            if byte & 0x20 != 0 { paperOut = true }
            if byte & 0x40 != 0 { failed = true }
        case 3:
            cutterStuck = byte & 0x08 != 0
            if byte & 0x60 != 0 { failed = true }
        case 4:
            paperLow = byte & 0x0C != 0
            if byte & 0x60 != 0 { paperOut = true }
        default: break
        }
    }

    /// Automatic status: all four bytes, as the demultiplexer gives them.
    init(automatic bytes: [UInt8]) {
        guard bytes.count == 4 else { return }
        offline = bytes[0] & 0x08 != 0
        coverOpen = bytes[0] & 0x20 != 0
        cutterStuck = bytes[1] & 0x08 != 0
        failed = bytes[1] & 0x60 != 0
        paperLow = bytes[2] & 0x03 != 0
        paperOut = bytes[2] & 0x0C != 0
    }

    /// GET_PORT_STATUS (USB printer class 1.1 section 4.2.2): paper empty 0x20, selected 0x10, no error 0x08.
    init(portStatus: UInt8) {
        paperOut = portStatus & 0x20 != 0
        offline = portStatus & 0x10 == 0
        failed = portStatus & 0x08 == 0
    }

    init() {}

    /// The trouble that keeps it from printing, the one to be dealt with first.
    func fault(role: String) -> Fault? {
        if coverOpen { return Fault(.printerCoverOpen, device: role) }
        if paperOut { return Fault(.printerPaperOut, device: role) }
        if cutterStuck { return Fault(.printerCutter, device: role) }
        if failed { return Fault(.printerError, device: role) }
        if offline { return Fault(.printerOffline, device: role) }
        return nil
    }

    /// What should be seen to soon, though it still prints.
    func warning(role: String) -> Fault? { paperLow ? Fault(.printerPaperLow, device: role) : nil }
}
