import Foundation
import KioskModel

/// Reads the sections of the file one by one, with their defaults; what is wrong goes to the sections' collector.
struct ConfigurationReader {
    let root: Section
    let file: String
    let printers: [KioskConfiguration.PrinterKind]
    let environment: [String: String]

    /// The configuration, or nil where something that can't be done without is missing or wrong.
    func read() -> KioskConfiguration? {
        let kiosk = readKiosk(root.section("kiosk"))
        let isProduction = kiosk?.profile == .production
        let paths = readPaths(root.section("paths"))
        let usb = readUSB(root.section("usb"), isProduction: isProduction)
        let devices = readDevices(root.section("devices"))
        let store = root.section("store")
        let recoveryKey = path(store, "recovery_key_file")
        let storeKey = readKeyFile(store, "key_file", default: "store.key", paths: paths)
        let retention = readRetention(root.section("retention"))
        let audit = readAudit(root.section("audit"))
        let deviceKey = readKeyFile(root.section("identity"), "device_key_file", default: "device.key", paths: paths)
        let registry = readRegistry(root.section("registry"))
        let formulary = readFormulary(root.section("formulary"))
        let platform = readPlatform(root.section("platform"), isProduction: isProduction)
        let disk = readDisk(root.section("disk"))
        let face = readFace(root.section("face"), isProduction: isProduction)
        let api = readAPI(root.section("api"))
        root.refuseUnknownKeys()
        guard let kiosk, let paths, let storeKey, let deviceKey else { return nil }
        return KioskConfiguration(
            file: file, kiosk: kiosk, paths: paths, usb: usb, devices: devices, storeKeyFile: storeKey,
            recoveryKeyFile: recoveryKey, retention: retention, audit: audit, deviceKeyFile: deviceKey,
            registry: registry, formularyFile: formulary, platform: platform, disk: disk, face: face, api: api)
    }

    private func readKiosk(_ section: Section) -> KioskConfiguration.Kiosk? {
        defer { section.refuseUnknownKeys() }
        let idForm = "3 to 40 of a-z, 0-9 and -"
        let id = section.string("id")
        section.missing("id", allowed: idForm)
        let name = section.string("name")
        if let name, name.isEmpty || name.count > 60 {
            section.badValue("name", "holds \(name.count) characters", allowed: "1 to 60")
        }
        let site = section.string("site")
        let profile = section.word("profile", of: KioskConfiguration.Profile.self)
        section.missing("profile", allowed: Section.list(of: KioskConfiguration.Profile.self))
        let mode = section.word("mode", of: ServiceMode.self)
        section.missing("mode", allowed: Section.list(of: ServiceMode.self))
        guard let id else { return nil }
        guard (3...40).contains(id.utf8.count), id.utf8.allSatisfy({ Self.isLower($0) || Self.isDigitOrDash($0) })
        else {
            section.badValue("id", "is \"\(id.prefix(60))\"", allowed: idForm)
            return nil
        }
        guard let profile, let mode else { return nil }
        return .init(id: id, name: name ?? id, site: site ?? "", profile: profile, mode: mode)
    }

    private func readPaths(_ section: Section) -> KioskConfiguration.Paths? {
        defer { section.refuseUnknownKeys() }
        let form = "an absolute path"
        let data = section.string("data")
        section.missing("data", allowed: form)
        let socket = section.string("socket")
        let vision = section.string("vision_socket")
        guard let data else { return nil }
        guard data.hasPrefix("/") else {
            section.badValue("data", "is \"\(data.prefix(60))\"", allowed: form)
            return nil
        }
        let paths = KioskConfiguration.Paths(
            data: resolve(data), socket: socket.map(resolve) ?? resolve(data + "/kioskd.sock"),
            visionSocket: vision.map(resolve) ?? resolve(data + "/vision.sock"))
        for (key, path) in [("socket", paths.socket), ("vision_socket", paths.visionSocket)]
        where path.utf8.count > 107 {
            section.badValue(
                key, "is \(path.utf8.count) bytes long (\(path.prefix(40))…)", allowed: "at most 107 bytes")
        }
        return paths
    }

    private func readUSB(_ section: Section, isProduction: Bool) -> KioskConfiguration.USB {
        defer { section.refuseUnknownKeys() }
        let transport = section.word("transport", of: KioskConfiguration.USB.Transport.self) ?? .libusb
        if isProduction, transport != .libusb {
            section.productionRefuses("transport", "is \"\(transport.rawValue)\"", allowed: "\"libusb\"")
        }
        let host = section.string("host") ?? "127.0.0.1"
        let quad = host.split(separator: ".", omittingEmptySubsequences: false)
        let isQuad = quad.count == 4 && quad.allSatisfy { UInt8($0).map(String.init) == String($0) }
        if !isQuad || quad.first != "127" {
            section.badValue("host", "is \"\(host.prefix(60))\"", allowed: "127.0.0.0 to 127.255.255.255")
        }
        let port = section.integer("port", "1 to 65535") { (1...65535).contains($0) }
        return .init(transport: transport, host: host, port: UInt16(clamping: port ?? 3240))
    }

    private func readDevices(_ section: Section) -> KioskConfiguration.Devices {
        let backEnd = section.word("card_readers", of: KioskConfiguration.CardBackEnd.self) ?? .ccid
        let reader = readCardReader(section.section("reader"), backEnd)
        let doctorSection = section.section("doctor-reader")
        let doctorReader = readCardReader(doctorSection, backEnd)
        // A reader that is driven directly serves one role; pcscd gives each slot to whom it is configured for.
        let hasOwnSlot =
            backEnd == .pcsc && reader.slot != nil && doctorReader.slot != nil
            && reader.slot != doctorReader.slot
        if let path = reader.path, path == doctorReader.path, reader.readerName == doctorReader.readerName, !hasOwnSlot
        {
            doctorSection.badValue(
                "path", "is the reader's, too",
                allowed: "another port; with card_readers = \"pcsc\" also another slot in both sections")
        }
        if reader.path == nil, doctorReader.path == nil, let name = reader.readerName,
            name == doctorReader.readerName, !hasOwnSlot
        {
            doctorSection.badValue("pcsc_name", "is the reader's, too", allowed: "another name, or a slot in both")
        }
        let idCardSection = section.section("idcard")
        let idCard = readDevice(idCardSection)
        let printerSection = section.section("printer")
        let (profile, width) = readPrinterKind(printerSection)
        let printer = readDevice(printerSection)
        let dispenser = readDevice(section.section("dispenser"))
        section.refuseUnknownKeys()
        return .init(
            cardBackEnd: backEnd, reader: reader, doctorReader: doctorReader,
            idCard: idCardSection.isPresent ? idCard : nil,
            printer: printer, printerWidth: width, printerProfile: profile, dispenser: dispenser)
    }

    /// The printer's profile, where one is named, and the width of its paper.
    private func readPrinterKind(_ section: Section) -> (profile: String?, width: Int) {
        let width = section.integer("width", "58, 80") { $0 == 58 || $0 == 80 }
        guard let name = section.string("profile") else { return (nil, width ?? 80) }
        guard let kind = printers.first(where: { $0.name == name }) else {
            let names = printers.map { "\"\($0.name)\"" }.joined(separator: ", ")
            section.badValue("profile", "is \"\(name.prefix(60))\"", allowed: names)
            return (nil, width ?? 80)
        }
        if let width, width != kind.width {
            section.badValue("width", "is \(width)", allowed: "\(kind.width), as profile \"\(name)\" has it, or none")
        }
        return (kind.name, kind.width)
    }

    /// A smart card reader: ids belong to those that are driven directly, `pcsc_name` to those of pcscd.
    private func readCardReader(
        _ section: Section, _ backEnd: KioskConfiguration.CardBackEnd
    ) -> KioskConfiguration.Device {
        let slot = section.integer("slot", "0 to 15") { (0...15).contains($0) }
        let name = section.string("pcsc_name")
        let device = readDevice(section)
        switch backEnd {
        case .ccid:
            if name != nil { section.badValue("pcsc_name", "is given", allowed: "only with card_readers = \"pcsc\"") }
        case .pcsc:
            if device.vendor != nil || device.product != nil || device.serial != nil {
                let key = device.vendor != nil ? "vendor" : device.product != nil ? "product" : "serial"
                section.badValue(key, "is given", allowed: "only with card_readers = \"ccid\"")
            }
            // pcscd lists readers in the order in which it met them: which is the doctor's must be said.
            if device.path == nil {
                section.missing("pcsc_name", allowed: "path or pcsc_name with card_readers = \"pcsc\"")
            }
            if let name, name.isEmpty || name.utf8.count > 127 {
                section.badValue("pcsc_name", "is \(name.utf8.count) bytes long", allowed: "1 to 127 bytes")
            }
        }
        return .init(
            path: device.path, vendor: device.vendor, product: device.product, serial: device.serial,
            slot: slot.map { UInt8(clamping: $0) }, readerName: name)
    }

    private func readDevice(_ section: Section) -> KioskConfiguration.Device {
        defer { section.refuseUnknownKeys() }
        let path = section.string("path")
        if let path, path.isEmpty || !path.utf8.allSatisfy({ Self.isDigitOrDash($0) || $0 == UInt8(ascii: ".") }) {
            section.badValue("path", "is \"\(path.prefix(60))\"", allowed: "bus and ports, for example \"1-1.4\"")
        }
        let serial = section.string("serial")
        // A string descriptor holds 126 UTF-16 units: USB 2.0 section 9.6.7.
        if let serial, !(1...126).contains(serial.utf16.count) {
            section.badValue("serial", "is \(serial.utf16.count) characters long", allowed: "1 to 126 characters")
        }
        return .init(
            path: path, vendor: section.usbID("vendor"), product: section.usbID("product"), serial: serial, slot: nil,
            readerName: nil)
    }

    private func readKeyFile(
        _ section: Section, _ key: String, default name: String, paths: KioskConfiguration.Paths?
    ) -> String? {
        defer { section.refuseUnknownKeys() }
        if let given = path(section, key) { return given }
        if let credentials = environment["CREDENTIALS_DIRECTORY"], credentials.hasPrefix("/") {
            return resolve(credentials + "/" + name)
        }
        return paths.map { resolve($0.data + "/" + name) }
    }

    private func readRetention(_ section: Section) -> KioskConfiguration.Retention {
        defer { section.refuseUnknownKeys() }
        let live = section.integer("live_days", "0 to 3650") { (0...3650).contains($0) } ?? 3
        let least = section.integer("least_days", "0 to 36500") { (0...36500).contains($0) } ?? 365
        let most = section.integer("most_days", "0 to 36500") { (0...36500).contains($0) } ?? max(1095, least)
        if most < max(least, live) {
            let allowed = "\(max(least, live)) or more, as live_days and least_days ask"
            section.badValue("most_days", "is \(most)", allowed: allowed)
        }
        return .init(liveDays: live, leastDays: least, mostDays: most)
    }

    private func readAudit(_ section: Section) -> KioskConfiguration.Audit {
        defer { section.refuseUnknownKeys() }
        return .init(
            checkpointLinks: section.integer("checkpoint_links", "1 to 100000") { (1...100_000).contains($0) } ?? 500,
            checkpointMinutes: section.integer("checkpoint_minutes", "1 to 1440") { (1...1440).contains($0) } ?? 60)
    }

    private func readRegistry(_ section: Section) -> KioskConfiguration.Registry? {
        defer { section.refuseUnknownKeys() }
        let file = path(section, "file")
        let key = path(section, "public_key_file")
        guard section.isPresent else { return nil }
        section.missing("file", allowed: "the path of the signed registry")
        section.missing("public_key_file", allowed: "the path of the Ed25519 public key")
        guard let file, let key else { return nil }
        return .init(file: file, publicKeyFile: key)
    }

    private func readFormulary(_ section: Section) -> String? {
        defer { section.refuseUnknownKeys() }
        return path(section, "file")
    }

    private func readFace(_ section: Section, isProduction: Bool) -> KioskConfiguration.Face {
        defer { section.refuseUnknownKeys() }
        let list = path(section, "model_list")
        let key = path(section, "model_list_key_file")
        if list != nil { section.missing("model_list_key_file", allowed: "the path of the Ed25519 public key") }
        if key != nil { section.missing("model_list", allowed: "the path of the signed list of models") }
        // In production the signed threshold decides; this one can only be stricter.
        let threshold = isProduction ? 0.30 : 0.49
        return .init(
            modelList: list.flatMap { list in key.map { .init(file: list, publicKeyFile: $0) } },
            threshold: section.number("threshold", in: 0.30...0.95) ?? threshold,
            timeLimit: section.number("time_limit", in: 1...55) ?? 20,
            minLiveness: section.number("min_liveness", in: 0...1) ?? 0.5)
    }

    private func readAPI(_ section: Section) -> KioskConfiguration.API {
        defer { section.refuseUnknownKeys() }
        return .init(technicianGroup: group(section, "technician_group"), doctorGroup: group(section, "doctor_group"))
    }

    /// A Unix group's name, as groupadd(8) takes it.
    private func group(_ section: Section, _ key: String) -> String? {
        guard let name = section.string(key) else { return nil }
        let isFirst = { (byte: UInt8) in Self.isLower(byte) || byte == UInt8(ascii: "_") }
        guard let first = name.utf8.first, isFirst(first), name.utf8.count <= 32,
            name.utf8.allSatisfy({ isFirst($0) || Self.isDigitOrDash($0) })
        else {
            section.badValue(key, "is \"\(name.prefix(60))\"", allowed: "the name of a Unix group")
            return nil
        }
        return name
    }

    private static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isDigitOrDash(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
    }

    func path(_ section: Section, _ key: String) -> String? {
        guard let text = section.string(key) else { return nil }
        guard !text.isEmpty else {
            section.badValue(key, "is empty", allowed: "a path")
            return nil
        }
        return resolve(text)
    }

    private func resolve(_ path: String) -> String {
        let folder = (file as NSString).deletingLastPathComponent
        let whole = path.hasPrefix("/") ? path : folder + "/" + path
        var parts: [Substring] = []
        for part in whole.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}
