/// Trouble on the wire between a simulated device and its host, set for a transfer to come.
///
/// `endpoint` has the direction bit; 0 is control; nil means the next transfer of any endpoint but control.
public enum USBWireFault: Sendable, Hashable {
    /// The next transfer's answer comes this much later.
    case delay(Duration, endpoint: UInt8? = nil)
    /// The next transfer finds its endpoint halted (a transfer that waits now, too); until the halt is cleared.
    case stall(endpoint: UInt8)
    /// One byte in the middle of the next IN transfer is changed.
    case corrupt(endpoint: UInt8? = nil)
    /// The next transfer is never answered: what the host sent, or would have read, is lost.
    case hang(endpoint: UInt8? = nil)
    /// The device is gone once this many transfers (control not counted) have been answered.
    case unplug(afterTransfers: Int)
}

/// The faults that wait for their transfer.
struct USBWireFaultList: Sendable {
    private var waiting: [USBWireFault] = []

    mutating func add(_ fault: USBWireFault) { waiting.append(fault) }

    mutating func takeDelay(for address: UInt8) -> Duration? {
        let index = waiting.firstIndex {
            if case .delay(_, let endpoint) = $0 { Self.matches(endpoint, address) } else { false }
        }
        guard let index, case .delay(let duration, _) = waiting.remove(at: index) else { return nil }
        return duration
    }

    mutating func takeStall(for address: UInt8) -> Bool {
        take { if case .stall(let endpoint) = $0 { endpoint == address } else { false } }
    }

    mutating func takeCorruption(for address: UInt8) -> Bool {
        take { if case .corrupt(let endpoint) = $0 { Self.matches(endpoint, address) } else { false } }
    }

    mutating func takeHang(for address: UInt8) -> Bool {
        take { if case .hang(let endpoint) = $0 { Self.matches(endpoint, address) } else { false } }
    }

    /// Counts one answered transfer; true where it was the last one before an unplugging.
    mutating func countTransfer() -> Bool {
        var isLast = false
        waiting = waiting.compactMap {
            guard case .unplug(let left) = $0 else { return $0 }
            if left <= 1 { isLast = true }
            return left <= 1 ? nil : .unplug(afterTransfers: left - 1)
        }
        return isLast
    }

    private mutating func take(_ isWanted: (USBWireFault) -> Bool) -> Bool {
        guard let index = waiting.firstIndex(where: isWanted) else { return false }
        waiting.remove(at: index)
        return true
    }

    private static func matches(_ endpoint: UInt8?, _ address: UInt8) -> Bool {
        endpoint.map { $0 == address } ?? (address != 0)
    }
}
