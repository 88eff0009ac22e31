import Foundation
import KioskConfig
import KioskModel
import KioskTestSupport
import Testing

@Suite struct ConfigurationTests {
    /// The least that a kiosk must say.
    static let least = """
        [kiosk]
        id = "kiosk-01"
        profile = "lab"
        mode = "clinic-onsite"
        [paths]
        data = "/var/lib/kiosk"
        """

    static func parse(_ text: String, environment: [String: String] = [:]) throws -> KioskConfiguration {
        try KioskConfiguration.parse(Array(text.utf8), file: "/etc/kiosk/kioskd.toml", environment: environment)
    }

    @Test(.timeLimit(.minutes(1))) func `a kiosk has a resident ID reader only where the file says so`() throws {
        #expect(try Self.parse(Self.least).devices.idCard == nil)
        let named = try Self.parse(Self.least + "\n[devices.idcard]\nvendor = \"1a86\"\nproduct = 0x7523\n")
        #expect(named.devices.idCard?.vendor == 0x1A86 && named.devices.idCard?.path == nil)
        #expect(try Self.parse(Self.least + "\n[devices.idcard]\n").devices.idCard != nil)
    }

    @Test(.timeLimit(.minutes(1))) func `one back end drives all card readers, and each reader is named as it needs`()
        throws
    {
        let direct = try Self.parse(Self.least + "\n[devices.reader]\npath = \"1-1\"\nslot = 1\n").devices
        #expect(direct.cardBackEnd == .ccid && direct.reader.slot == 1 && direct.doctorReader.slot == nil)
        let named = "[devices]\ncard_readers = \"pcsc\"\n[devices.reader]\npcsc_name = \"ACS ACR39U\"\n"
        let pcsc = try Self.parse(Self.least + "\n" + named + "[devices.doctor-reader]\npath = \"1-2\"\n").devices
        #expect(pcsc.cardBackEnd == .pcsc && pcsc.reader.readerName == "ACS ACR39U" && pcsc.doctorReader.path == "1-2")
        let slots = try Self.parse(
            Self.least + "\n" + named + "slot = 0\n[devices.doctor-reader]\npcsc_name = \"ACS ACR39U\"\nslot = 1\n")
        #expect(slots.devices.reader.slot == 0 && slots.devices.doctorReader.slot == 1)
        let refused = [
            "[devices.reader]\npcsc_name = \"ACS\"\n", named,
            named + "[devices.doctor-reader]\npcsc_name = \"ACS ACR39U\"\n",
            named + "vendor = 1\n[devices.doctor-reader]\npath = \"1-2\"\n",
            named + "serial = \"A1\"\n[devices.doctor-reader]\npath = \"1-2\"\n",
            named + "slot = 1\n[devices.doctor-reader]\npcsc_name = \"ACS ACR39U\"\nslot = 1\n",
            named + "slot = 1\n[devices.doctor-reader]\npcsc_name = \"ACS ACR39U\"\n",
            "[devices.reader]\npath = \"1-1\"\nslot = 0\n[devices.doctor-reader]\npath = \"1-1\"\nslot = 1\n",
            "[devices.reader]\npath = \"1-1\"\n[devices.doctor-reader]\npath = \"1-1\"\n",
            "[devices.reader]\nslot = 16\n", "[devices]\ncard_readers = \"both\"\n",
            "[devices.printer]\nserial = \"\"\n",
            "[devices.printer]\nserial = \"\(String(repeating: "1", count: 127))\"\n",
        ]
        for text in refused {
            #expect(throws: ConfigurationError.self, "\(text)") { _ = try Self.parse(Self.least + "\n" + text) }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a whole file is read as it stands`() throws {
        let configuration = try Self.parse(
            """
            # 一台示范机
            [kiosk]
            id = "lab-01"
            name = "示范一号机"
            site = "site-a"
            profile = "lab"
            mode = "internet-followup"

            [paths]
            data = "/var/lib/kiosk"
            socket = "/run/kiosk/kioskd.sock"
            vision_socket = "/run/kiosk/vision.sock"

            [usb]
            transport = "usbip"
            host = "127.0.0.2"
            port = 33240

            [devices.reader]
            path = "1-1.4"
            vendor = "1209"
            product = 0x0A01
            [devices.doctor-reader]
            path = "1-2"
            [devices.printer]
            vendor = "0x04b8"
            width = 58
            [devices.dispenser]
            path = "1-3"
            serial = "CABINET-1"

            [store]
            key_file = "keys/store.key"
            [identity]
            device_key_file = "/etc/kiosk/device.key"
            [registry]
            file = "registry.json"
            public_key_file = "../trust/registry.pub"
            [formulary]
            file = "formulary.json"
            [platform]
            url = "http://127.0.0.1:8080/fhir"
            ca_file = "ca.pem"
            certificate_file = "kiosk.pem"
            key_file = "/run/keys/kiosk.key"
            envelope_key_file = "platform.pub"
            heartbeat_minutes = 1
            [disk]
            telemetry_mb = 8
            visits_mb = 4
            reserve_mb = 2
            [face]
            threshold = 0.6
            time_limit = 5
            min_liveness = 1
            [api]
            technician_group = "kiosk-tech"
            doctor_group = "kiosk-doctor"
            """)
        #expect(configuration.kiosk.id == "lab-01")
        #expect(configuration.kiosk.name == "示范一号机")
        #expect(configuration.kiosk.site == "site-a")
        #expect(configuration.kiosk.profile == .lab)
        #expect(configuration.kiosk.mode == .internetFollowUp)
        #expect(configuration.paths.data == "/var/lib/kiosk")
        #expect(configuration.paths.socket == "/run/kiosk/kioskd.sock")
        #expect(configuration.paths.visionSocket == "/run/kiosk/vision.sock")
        #expect(configuration.usb.transport == .usbip)
        #expect(configuration.usb.host == "127.0.0.2")
        #expect(configuration.usb.port == 33240)
        #expect(configuration.devices.reader.path == "1-1.4")
        #expect(configuration.devices.reader.vendor == 0x1209)
        #expect(configuration.devices.reader.product == 0x0A01)
        #expect(configuration.devices.doctorReader.path == "1-2")
        #expect(configuration.devices.printer.vendor == 0x04B8)
        #expect(configuration.devices.printer.product == nil)
        #expect(configuration.devices.printerWidth == 58)
        #expect(configuration.devices.dispenser.path == "1-3")
        #expect(configuration.devices.dispenser.serial == "CABINET-1")
        #expect(configuration.devices.printer.serial == nil)
        #expect(configuration.storeKeyFile == "/etc/kiosk/keys/store.key")
        #expect(configuration.deviceKeyFile == "/etc/kiosk/device.key")
        #expect(configuration.registry?.file == "/etc/kiosk/registry.json")
        #expect(configuration.registry?.publicKeyFile == "/etc/trust/registry.pub")
        #expect(configuration.formularyFile == "/etc/kiosk/formulary.json")
        #expect(configuration.platformURL == "http://127.0.0.1:8080/fhir")
        #expect(configuration.platform.authorityFile == "/etc/kiosk/ca.pem")
        #expect(configuration.platform.certificateFile == "/etc/kiosk/kiosk.pem")
        #expect(configuration.platform.keyFile == "/run/keys/kiosk.key")
        #expect(configuration.platform.envelopeKeyFile == "/etc/kiosk/platform.pub")
        #expect(configuration.platform.heartbeatMinutes == 1)
        #expect(configuration.disk == .init(telemetryMB: 8, visitsMB: 4, reserveMB: 2))
        #expect(configuration.face.threshold == 0.6)
        #expect(configuration.face.timeLimit == 5)
        #expect(configuration.face.minLiveness == 1)
        #expect(configuration.api.technicianGroup == "kiosk-tech")
        #expect(configuration.api.doctorGroup == "kiosk-doctor")
    }

    @Test(.timeLimit(.minutes(1))) func `a list of face models comes with its key, and in production decides`() throws {
        let production = Self.least.replacingOccurrences(of: "\"lab\"", with: "\"production\"")
        let list = "\n[face]\nmodel_list = \"models.jws\"\nmodel_list_key_file = \"/k/models.pub\""
        let face = try Self.parse(production + list).face
        #expect(face.modelList == .init(file: "/etc/kiosk/models.jws", publicKeyFile: "/k/models.pub"))
        // The lowest that is allowed: the signed one is higher and counts.
        #expect(face.threshold == 0.30)
        #expect(try Self.parse(Self.least).face.modelList == nil)
        for half in ["model_list = \"a\"", "model_list_key_file = \"a\""] {
            #expect(throws: ConfigurationError.self) { try Self.parse(Self.least + "\n[face]\n" + half) }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a printer's profile brings its width; one that is not known, or of another width, is refused`() throws {
        let kinds = [KioskConfiguration.PrinterKind(name: "wide", width: 80), .init(name: "narrow", width: 58)]
        let read = { (printer: String) throws(ConfigurationError) in
            let text = Self.least + "\n[devices.printer]\n" + printer
            return try KioskConfiguration.parse(Array(text.utf8), file: "k.toml", printers: kinds).devices
        }
        let narrow = try read("profile = \"narrow\"")
        #expect(narrow.printerProfile == "narrow" && narrow.printerWidth == 58)
        #expect(try read("profile = \"wide\"\nwidth = 80").printerWidth == 80)
        #expect(try read("width = 58").printerProfile == nil)
        let line = Self.least.split(separator: "\n", omittingEmptySubsequences: false).count + 2
        let unknown = try #require(throws: ConfigurationError.self) { try read("profile = \"epson-81\"") }
        #expect(
            unknown.description
                == "k.toml:\(line):11: K-CFG-005 devices.printer.profile is \"epson-81\"; allowed: \"wide\", \"narrow\""
        )
        let mixed = try #require(throws: ConfigurationError.self) { try read("profile = \"narrow\"\nwidth = 80") }
        #expect(mixed.problems.map(\.key) == ["devices.printer.width"])
        #expect(mixed.description.contains("58, as profile \"narrow\" has it"))
    }

    @Test(.timeLimit(.minutes(1))) func `what is not said has a default`() throws {
        let configuration = try Self.parse(Self.least)
        #expect(configuration.kiosk.name == "kiosk-01")
        #expect(configuration.kiosk.site.isEmpty)
        #expect(configuration.paths.socket == "/var/lib/kiosk/kioskd.sock")
        #expect(configuration.paths.visionSocket == "/var/lib/kiosk/vision.sock")
        #expect(configuration.usb.transport == .libusb)
        #expect(configuration.usb.host == "127.0.0.1")
        #expect(configuration.usb.port == 3240)
        #expect(configuration.devices.reader.path == nil)
        #expect(configuration.devices.reader.vendor == nil)
        #expect(configuration.devices.reader.product == nil)
        #expect(configuration.devices.printerWidth == 80)
        #expect(configuration.devices.printerProfile == nil)
        #expect(configuration.storeKeyFile == "/var/lib/kiosk/store.key")
        #expect(configuration.deviceKeyFile == "/var/lib/kiosk/device.key")
        #expect(configuration.registry == nil)
        #expect(configuration.formularyFile == nil)
        #expect(configuration.platformURL == nil)
        #expect(configuration.platform.keyFile == nil)
        #expect(configuration.platform.heartbeatMinutes == 5)
        #expect(configuration.disk == .init(telemetryMB: 512, visitsMB: 256, reserveMB: 32))
        #expect(configuration.face.threshold == 0.49)
        #expect(configuration.face.timeLimit == 20)
        #expect(configuration.api.technicianGroup == nil)
        #expect(configuration.api.doctorGroup == nil)
    }

    @Test(.timeLimit(.minutes(1))) func `keys come from the service's credentials where systemd gives them`() throws {
        let environment = ["CREDENTIALS_DIRECTORY": "/run/credentials/kioskd.service"]
        let configuration = try Self.parse(Self.least, environment: environment)
        #expect(configuration.storeKeyFile == "/run/credentials/kioskd.service/store.key")
        #expect(configuration.deviceKeyFile == "/run/credentials/kioskd.service/device.key")
        let named = try Self.parse(Self.least + "\n[store]\nkey_file = \"mine.key\"", environment: environment)
        #expect(named.storeKeyFile == "/etc/kiosk/mine.key")
    }

    @Test(.timeLimit(.minutes(1))) func `a file is read from disk and relative paths follow its folder`() throws {
        let folder = TemporaryFolder("config")
        let path = folder.file("kioskd.toml")
        try (Self.least + "\n[formulary]\nfile = \"a/../formulary.json\"").write(
            toFile: path, atomically: true, encoding: .utf8)
        let configuration = try KioskConfiguration.load(path: path, environment: [:])
        #expect(configuration.formularyFile == folder.file("formulary.json"))
        #expect(configuration.file == path)
    }

    @Test(.timeLimit(.minutes(1))) func `a missing file is K-CFG-001 and names the file`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try KioskConfiguration.load(path: "/nowhere/kioskd.toml", environment: [:])
        }
        #expect(error.description == "/nowhere/kioskd.toml: K-CFG-001 can't be read: No such file or directory")
        #expect(error.fault.code == .configMissing)
        let folder = try #require(throws: ConfigurationError.self) {
            try KioskConfiguration.load(path: "/tmp", environment: [:])
        }
        #expect(folder.fault.code == .configMissing)
    }

    @Test(.timeLimit(.minutes(1))) func `a production profile with real parts is accepted`() throws {
        let text = Self.least.replacingOccurrences(of: "\"lab\"", with: "\"production\"")
        let configuration = try Self.parse(text + "\n[platform]\nurl = \"https://platform.example/fhir\"")
        #expect(configuration.kiosk.profile == .production)
    }
}
