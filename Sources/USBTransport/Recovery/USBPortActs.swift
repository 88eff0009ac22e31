/// What this kiosk did to a device's port, and the stay of the device that began with it.
///
/// A device with a power supply of its own was not off meanwhile, however late it comes back (docs/decisions/0077).
struct USBPortActs: Sendable {
    private struct Act {
        let path: String
        /// As it was before; nil where nothing was listed there.
        let device: USBDeviceInfo?
    }

    private var last: Act?
    private var returned: USBDeviceInfo?

    /// The port on which a device is still to come back; nil where none is.
    var awaited: String? { last?.path }

    /// To be called before the act: what it ends in may be known late, or never.
    mutating func begin(at path: String, device: USBDeviceInfo?) {
        let known = last.flatMap { $0.path == path ? $0.device : nil }
        last = Act(path: path, device: device ?? known)
    }

    /// Whether a device is the one that is still to come back.
    func awaits(_ device: USBDeviceInfo) -> Bool {
        guard let last, last.path == device.path else { return false }
        return last.device.map { $0.ids == device.ids && !$0.isSameAttachment(as: device) } ?? true
    }

    /// A device was opened: the first one in that place ends the waiting.
    mutating func opened(_ device: USBDeviceInfo) {
        guard let last, last.path == device.path else { return }
        if awaits(device) { returned = device }
        self.last = nil
    }

    /// Whether this stay of the device began with an act of this kiosk.
    func began(_ device: USBDeviceInfo) -> Bool { returned?.isSameAttachment(as: device) ?? false }
}
