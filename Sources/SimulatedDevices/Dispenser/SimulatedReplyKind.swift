import DispenserKit

/// Which of the controller's frames a scripted fault waits for.
public enum SimulatedReplyKind: String, Sendable, Hashable, CaseIterable {
    /// Whichever comes next.
    case any
    /// The report that an order runs.
    case started
    /// A report of how an order ended, in time or asked for.
    case outcome
    /// A piece of the temperature log: the longest frame there is.
    case temperature

    func matches(_ frame: EncodedFrame) -> Bool {
        guard self != .any else { return true }
        var decoder = FrameDecoder()
        for index in 0..<frame.count {
            guard let byte = frame.byte(at: index), let whole = try? decoder.push(byte) else { continue }
            switch try? Reply(whole) {
            case .transaction(let report):
                return self == .started ? report.state == .running : self == .outcome && report.state.isOutcome
            case .temperature: return self == .temperature
            default: return false
            }
        }
        return false
    }
}
