import Foundation
import USBTransport

/// The USB device behind a PC/SC reader: bus and address by its channel, the rest from sysfs.
struct USBChannel: Sendable, Hashable {
    let bus: Int
    let address: Int

    /// Nil where the channel is no USB one. libccid says 0x0020 for USB, then bus and address, a byte each
    /// (src/ifdhandler.c, SCARD_ATTR_CHANNEL_ID).
    init?(_ channel: UInt32) {
        guard channel >> 16 == 0x0020 else { return nil }
        bus = Int(channel >> 8 & 0xFF)
        address = Int(channel & 0xFF)
    }

    /// What the kernel knows of it; nil where it has gone. `devices` is /sys/bus/usb/devices but in tests.
    func reader(name: String, devices: String = "/sys/bus/usb/devices") -> ReaderIdentity? {
        let paths = (try? FileManager.default.contentsOfDirectory(atPath: devices)) ?? []
        // Interfaces have a colon in their names.
        for path in paths.sorted() where !path.contains(":") {
            let value = { (attribute: String) -> String? in
                let file = "\(devices)/\(path)/\(attribute)"
                return (try? String(contentsOfFile: file, encoding: .utf8))?
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            }
            guard value("busnum").flatMap({ Int($0) }) == bus, value("devnum").flatMap({ Int($0) }) == address else {
                continue
            }
            let id = { (attribute: String) in value(attribute).flatMap { UInt16($0, radix: 16) } }
            return ReaderIdentity(
                address: path, vendorID: id("idVendor"), productID: id("idProduct"), product: name,
                serial: value("serial"), isSimulated: value("manufacturer") == USBDeviceInfo.laboratoryManufacturer)
        }
        return nil
    }
}
