import CUSB

/// Tells that something was plugged or unplugged; what, the device list says.
///
/// The callback runs in libusb's event handling, where nothing may be called: it only leaves a mark.
final class LibUSBHotplug: Sendable {
    let changes: AsyncStream<Void>
    private let mark: AsyncStream<Void>.Continuation

    private init() {
        (changes, mark) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// A registration, to be ended with `deregister` before the event thread is.
    struct Registration: Sendable {
        let hotplug: LibUSBHotplug
        /// Nil where the system has no hotplug: then only rescans find changes.
        fileprivate let handle: libusb_hotplug_callback_handle?

        /// Also leaves a mark, for the periodic rescan.
        func poke() { hotplug.mark.yield() }

        func deregister(from context: LibUSBContext) {
            if let handle {
                libusb_hotplug_deregister_callback(context.raw, handle)
                Unmanaged.passUnretained(hotplug).release()
            }
            hotplug.mark.finish()
        }
    }

    static func register(on context: LibUSBContext) -> Registration {
        let hotplug = LibUSBHotplug()
        guard libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG.rawValue) != 0 else {
            return Registration(hotplug: hotplug, handle: nil)
        }
        var handle: libusb_hotplug_callback_handle = 0
        let box = Unmanaged.passRetained(hotplug)
        let events = LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED.rawValue | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT.rawValue
        let any = Int32(LIBUSB_HOTPLUG_MATCH_ANY)
        let result = libusb_hotplug_register_callback(
            context.raw, Int32(events), 0, any, any, any,
            { _, _, _, user in
                if let user { Unmanaged<LibUSBHotplug>.fromOpaque(user).takeUnretainedValue().mark.yield() }
                return 0
            }, box.toOpaque(), &handle)
        guard result == 0 else {
            box.release()
            return Registration(hotplug: hotplug, handle: nil)
        }
        return Registration(hotplug: hotplug, handle: handle)
    }
}
