import SimulatedDevices

/// What the laboratory's printer may be: printers differ in what they can tell and in what they obey.
public enum LabPrinterModel: String, Sendable, Hashable, CaseIterable {
    case usual
    /// Knows no completion fence.
    case noFence = "no-fence"
    /// Confirms no emptying: it refuses SOFT_RESET.
    case noReset = "no-reset"
    /// Takes bytes and answers none of its questions.
    case mute

    var model: PrinterModel {
        var model = PrinterModel.wide
        switch self {
        case .usual: break
        case .noFence: model.hasFence = false
        case .noReset: model.softResetRequestType = nil
        case .mute: model.isMute = true
        }
        return model
    }
}
