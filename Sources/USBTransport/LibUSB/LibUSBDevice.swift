import CUSB
import Foundation

/// A reference to one stay of one device. While it is held, libusb gives its address to no other.
final class LibUSBDevice: @unchecked Sendable {
    let raw: OpaquePointer
    let context: LibUSBContext

    init(_ raw: OpaquePointer, of context: LibUSBContext) {
        self.raw = libusb_ref_device(raw) ?? raw
        self.context = context
    }

    deinit { libusb_unref_device(raw) }

    /// Equal for two references to one stay, and for nothing else while one of them is held.
    var address: UInt { UInt(bitPattern: raw) }

    /// The devices that are attached now, hubs left out. Blocks.
    static func attached(to context: LibUSBContext) -> Result<[LibUSBDevice], USBError> {
        var list: UnsafeMutablePointer<OpaquePointer?>?
        let count = libusb_get_device_list(context.raw, &list)
        guard count >= 0, let list else {
            return .failure(LibUSBCodes.error(Int32(clamping: count)) ?? .failed("libusb_get_device_list"))
        }
        defer { libusb_free_device_list(list, 1) }
        let devices = (0..<count).compactMap { list[$0].map { LibUSBDevice($0, of: context) } }
        return .success(devices.filter { $0.descriptor?.bDeviceClass != UInt8(LIBUSB_CLASS_HUB.rawValue) })
    }

    /// Bus and ports, as the kernel names them: `1-1.4`.
    var path: String {
        var ports = [UInt8](repeating: 0, count: 8)
        let count = Int(libusb_get_port_numbers(raw, &ports, Int32(ports.count)))
        let chain = ports.prefix(max(0, count)).map(String.init).joined(separator: ".")
        return "\(libusb_get_bus_number(raw))-\(chain.isEmpty ? "0" : chain)"
    }

    /// What libusb read when the device arrived; no transfer.
    var descriptor: libusb_device_descriptor? {
        var descriptor = libusb_device_descriptor()
        return libusb_get_device_descriptor(raw, &descriptor) == 0 ? descriptor : nil
    }

    /// Everything that can be known without opening the device. Blocks.
    func describe(generation: UInt64) -> USBDeviceInfo? {
        guard let descriptor else { return nil }
        let manufacturer = attribute("manufacturer")
        return USBDeviceInfo(
            path: path, vendorID: descriptor.idVendor, productID: descriptor.idProduct,
            bcdDevice: descriptor.bcdDevice, deviceClass: descriptor.bDeviceClass, interfaces: interfaces,
            manufacturer: manufacturer, product: attribute("product"), serial: attribute("serial"),
            generation: generation, isSimulated: manufacturer == USBDeviceInfo.laboratoryManufacturer)
    }

    private var interfaces: [USBInterfaceClass] {
        var active: UnsafeMutablePointer<libusb_config_descriptor>?
        guard libusb_get_active_config_descriptor(raw, &active) == 0, let active else { return [] }
        defer { libusb_free_config_descriptor(active) }
        guard let first = active.pointee.interface else { return [] }
        return (0..<Int(active.pointee.bNumInterfaces)).compactMap { index in
            guard first[index].num_altsetting > 0, let setting = first[index].altsetting?.pointee else { return nil }
            return USBInterfaceClass(
                interfaceClass: setting.bInterfaceClass, subclass: setting.bInterfaceSubClass,
                interfaceProtocol: setting.bInterfaceProtocol)
        }
    }

    /// A string descriptor as the kernel read it at the arrival: no transfer, no permission needed.
    private func attribute(_ name: String) -> String? {
        guard let bytes = FileManager.default.contents(atPath: "/sys/bus/usb/devices/\(path)/\(name)"),
            let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? nil : trimmed
    }
}
