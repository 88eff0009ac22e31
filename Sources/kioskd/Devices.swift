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
    let reader: SocialSecurityStation
    let idReader: ResidentIDStation?
    let doctorReader: PIVDoctorStation
    let printer: ESCPOSPrinter
    let dispenser: CabinetDriver
    let face: VisionClient

    /// The devices below their drivers, for a technician.
    let desk: USBDeviceDesk

    init(_ configuration: KioskConfiguration) throws(Fault) {
        let host = try Self.host(configuration.usb, data: configuration.paths.data)
        let devices = configuration.devices
        let table = USBRoleTable()
        let bind = { (role: USBRole, timing: USBRecoveryTiming) in
            USBRoleBinding(
                host: host, role: role, allowsSimulated: configuration.kiosk.profile == .lab, table: table,
                timing: timing)
        }
        let idCardBinding = devices.idCard.map { device in
            bind(
                ResidentIDStation.role(
                    path: device.path, vendorID: device.vendor, productID: device.product, serial: device.serial),
                .init())
        }
        let printerBinding = bind(Self.role("printer", devices.printer, 0x07), .init())
        // A serial bridge has no class of its own: where ids are configured they decide alone.
        let serialClass: UInt8? = devices.dispenser.vendor == nil ? 0x02 : nil
        // Behind a bridge that stays attached the controller may be off; back again, it is not left alone for long.
        var patience = USBRecoveryTiming()
        patience.longest = .seconds(60)
        let dispenserBinding = bind(Self.role("dispenser", devices.dispenser, serialClass), patience)

        self.host = host
        var cardBindings: [USBRoleBinding] = []
        var elsewhere: [String: String] = [:]
        switch devices.cardBackEnd {
        case .ccid:
            let readerBinding = bind(Self.role("reader", devices.reader, 0x0B), .init())
            let doctorBinding = bind(Self.role("doctor-reader", devices.doctorReader, 0x0B), .init())
            reader = SocialSecurityStation(binding: readerBinding, slot: devices.reader.slot ?? 0)
            doctorReader = PIVDoctorStation(binding: doctorBinding, slot: devices.doctorReader.slot ?? 0)
            cardBindings = [readerBinding, doctorBinding]
        case .pcsc:
            let select = { (role: String, device: KioskConfiguration.Device) in
                PCSCSelection(
                    role: role, path: device.path, name: device.readerName, slot: device.slot,
                    allowsSimulated: configuration.kiosk.profile == .lab)
            }
            reader = SocialSecurityStation(pcsc: select("reader", devices.reader))
            doctorReader = PIVDoctorStation(pcsc: select("doctor-reader", devices.doctorReader))
            for role in ["reader", "doctor-reader"] {
                elsewhere[role] = "pcscd drives it: plug it in anew, or run systemctl restart pcscd"
            }
        }
        idReader = idCardBinding.map { ResidentIDStation(binding: $0) }
        printer = ESCPOSPrinter(binding: printerBinding, profile: try Self.profile(devices))
        dispenser = CabinetDriver(
            binding: dispenserBinding, allowsLaboratoryKey: configuration.kiosk.profile == .lab)
        face = VisionClient(socketPath: configuration.paths.visionSocket)
        desk = USBDeviceDesk(
            host: host, transport: configuration.usb.transport.rawValue,
            bindings: cardBindings + [printerBinding, dispenserBinding] + (idCardBinding.map { [$0] } ?? []),
            redactors: [
                "reader": CCIDRedactor(), "doctor-reader": CCIDRedactor(), "idcard": ResidentIDRedactor(),
                "printer": ESCPOSRedactor(), "dispenser": USBNothingToRedact(),
            ], elsewhere: elsewhere)
    }

    private static func host(_ usb: KioskConfiguration.USB, data: String) throws(Fault) -> any USBHost {
        switch usb.transport {
        case .usbip: return USBIPHost(host: usb.host, port: usb.port)
        case .libusb:
            do throws(USBError) {
                return try LibUSBHost(switchedOff: data + "/ports-off")
            } catch {
                throw error.fault(role: "usb")
            }
        }
    }

    /// The one that is named, else the generic one of the paper's width.
    private static func profile(_ devices: KioskConfiguration.Devices) throws(Fault) -> PrinterProfile {
        guard let name = devices.printerProfile else { return devices.printerWidth == 58 ? .generic58 : .generic80 }
        guard let profile = PrinterProfile.named(name) else {
            throw Fault(.configBadValue, "devices.printer.profile \(name)", device: "printer")
        }
        return profile
    }

    private static func role(
        _ name: String, _ device: KioskConfiguration.Device, _ interfaceClass: UInt8?
    ) -> USBRole {
        USBRole(
            name: name, path: device.path, vendorID: device.vendor, productID: device.product,
            serial: device.serial, interfaceClass: interfaceClass)
    }
}
