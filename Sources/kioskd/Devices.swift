import CardReader
import Dispenser
import KioskConfig
import KioskModel
import ReceiptPrinter
import USBTransport
import VisionProtocol

/// The kiosk's devices, each bound to its role.
struct Devices: Sendable {
    let host: any USBHost
    let reader: CCIDPatientStation
    let doctorReader: PIVDoctorStation
    let printer: ESCPOSPrinter
    let dispenser: CabinetDriver
    let face: VisionClient

    init(_ configuration: KioskConfiguration) throws(Fault) {
        host = try Self.host(configuration.usb)
        let devices = configuration.devices
        let table = USBRoleTable()
        reader = CCIDPatientStation(binding: Self.bind(host, "reader", devices.reader, 0x0B, configuration, table))
        doctorReader = PIVDoctorStation(
            binding: Self.bind(host, "doctor-reader", devices.doctorReader, 0x0B, configuration, table))
        printer = ESCPOSPrinter(
            binding: Self.bind(host, "printer", devices.printer, 0x07, configuration, table),
            profile: devices.printerWidth == 58 ? .generic58 : .generic80)
        // A serial bridge has no class of its own: where ids are configured they decide alone.
        let serialClass: UInt8? = devices.dispenser.vendor == nil ? 0x02 : nil
        dispenser = CabinetDriver(
            binding: Self.bind(host, "dispenser", devices.dispenser, serialClass, configuration, table))
        face = VisionClient(socketPath: configuration.paths.visionSocket)
    }

    private static func host(_ usb: KioskConfiguration.USB) throws(Fault) -> any USBHost {
        switch usb.transport {
        case .usbip: return USBIPHost(host: usb.host, port: usb.port)
        case .libusb:
            do throws(USBError) {
                return try LibUSBHost()
            } catch {
                throw error.fault(role: "usb")
            }
        }
    }

    private static func bind(
        _ host: any USBHost, _ role: String, _ device: KioskConfiguration.Device, _ interfaceClass: UInt8?,
        _ configuration: KioskConfiguration, _ table: USBRoleTable
    ) -> USBRoleBinding {
        USBRoleBinding(
            host: host,
            role: USBRole(
                name: role, path: device.path, vendorID: device.vendor, productID: device.product,
                interfaceClass: interfaceClass),
            allowsSimulated: configuration.kiosk.profile == .lab, table: table)
    }
}
