import Foundation
import KioskConfig
import KioskModel
import KioskTestSupport
import Testing

@Suite struct ConfigurationErrorTests {
    /// A text that is wrong, and every line that must be said of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        let lines: [String]
        var testDescription: String { name }
    }

    private static let least = ConfigurationTests.least

    static let cases: [Case] = [
        Case(
            name: "syntax", text: "[kiosk]\nid = \"kiosk-01\nname = 3",
            lines: ["2:15: K-CFG-002 "]),
        Case(
            name: "a key twice", text: least + "\ndata = \"/x\"",
            lines: ["7:8: K-CFG-002 "]),
        Case(
            name: "a section header without a name", text: "[kiosk]\n[ =]",
            lines: ["2:3: K-CFG-002 a section header without a name"]),
        Case(
            name: "an array that a brace ends", text: "[kiosk]\nid = [ 1, }",
            lines: ["2:11: K-CFG-002 a value is missing"]),
        Case(
            name: "a date", text: "[kiosk]\nid = 1979-05-27 07:32:00 # date",
            lines: ["2:6: K-CFG-002 1979-05-27 07:32:00 is no string, number, true or false"]),
        Case(
            name: "a section header without a name, behind another error", text: "a = \n[[.]]",
            lines: ["1:5: K-CFG-002 "]),
        Case(
            name: "a zero byte", text: "[kiosk]\nid = \"a\0b\"",
            lines: ["2:8: K-CFG-002 a zero byte"]),
        Case(
            name: "unknown key with a near match", text: least + "\nvision_soket = \"/x\"",
            lines: [
                "7:1: K-CFG-003 unknown key \"vision_soket\" in [paths]; did you mean \"vision_socket\"? "
                    + "allowed: data, socket, vision_socket"
            ]),
        Case(
            name: "unknown key far from all", text: "colour = 1\n" + least,
            lines: [
                "1:1: K-CFG-003 unknown key \"colour\" at the top; allowed: api, audit, devices, disk, face, formulary, "
                    + "identity, kiosk, paths, platform, registry, retention, store, usb"
            ]),
        Case(
            name: "unknown device role", text: least + "\n\n  [devices.prnter]\n  width = 80",
            lines: [
                "8:12: K-CFG-003 unknown key \"prnter\" in [devices]; did you mean \"printer\"? "
                    + "allowed: card_readers, dispenser, doctor-reader, idcard, printer, reader"
            ]),
        Case(
            name: "unknown keys behind strings and arrays over several lines",
            text: "x = [ \"[kiosk]\", # id = 1\n  'b', [1, 2],\n]\n" + least
                + "\ny = \"\"\"\nz = 1\n\"\"\"\nw = {data = 1}",
            lines: [
                "1:1: K-CFG-003 unknown key \"x\" at the top; allowed: api,",
                "10:1: K-CFG-003 unknown key \"y\" in [paths]; allowed: data,",
                "13:1: K-CFG-003 unknown key \"w\" in [paths]; allowed: data,",
            ]),
        Case(
            name: "dotted and quoted keys", text: least + "\n[face]\n\"thresh\\u006fld\" = 2\n[usb]\nhost.name = 1",
            lines: [
                "8:20: K-CFG-005 face.threshold is 2.0; allowed: 0.3 to 0.95",
                "10:1: K-CFG-004 usb.host is a table; a string is needed",
            ]),
        Case(
            name: "wrong types", text: "kiosk = 3\npaths = []\nusb.port = \"3240\"",
            lines: [
                "1:9: K-CFG-004 kiosk is an integer; a section [kiosk] is needed",
                "2:9: K-CFG-004 paths is an array; a section [paths] is needed",
                "3:12: K-CFG-004 usb.port is a string; an integer is needed",
            ]),
        Case(
            name: "missing keys", text: "[kiosk]\nname = \"一号机\"",
            lines: [
                "K-CFG-005 paths.data is missing; allowed: an absolute path",
                "1:2: K-CFG-005 kiosk.id is missing; allowed: 3 to 40 of a-z, 0-9 and -",
                "1:2: K-CFG-005 kiosk.profile is missing; allowed: \"lab\", \"production\"",
                "1:2: K-CFG-005 kiosk.mode is missing; allowed: \"internet-followup\", \"clinic-onsite\", "
                    + "\"retail-vending\"",
            ]),
        Case(
            name: "bad values",
            text: """
                [kiosk]
                id = "Kiosk 1"
                profile = "prod"
                mode = "clinic"
                [paths]
                data = "relative"
                [usb]
                host = "10.0.0.1"
                port = 65536
                [devices.reader]
                path = "usb0"
                vendor = "12345"
                product = 0
                [devices.printer]
                width = 76
                [platform]
                url = "ftp://x"
                [face]
                time_limit = 0.5
                [api]
                doctor_group = "q\u{301}"
                [registry]
                file = ""
                """,
            lines: [
                "2:6: K-CFG-005 kiosk.id is \"Kiosk 1\"; allowed: 3 to 40 of a-z, 0-9 and -",
                "3:11: K-CFG-005 kiosk.profile is \"prod\"; allowed: \"lab\", \"production\"",
                "4:8: K-CFG-005 kiosk.mode is \"clinic\"; allowed: \"internet-followup\", ",
                "6:8: K-CFG-005 paths.data is \"relative\"; allowed: an absolute path",
                "8:8: K-CFG-005 usb.host is \"10.0.0.1\"; allowed: 127.0.0.0 to 127.255.255.255",
                "9:8: K-CFG-005 usb.port is 65536; allowed: 1 to 65535",
                "11:8: K-CFG-005 devices.reader.path is \"usb0\"; allowed: bus and ports, for example \"1-1.4\"",
                "12:10: K-CFG-005 devices.reader.vendor is \"12345\"; allowed: 0001 to ffff as a hex string,",
                "13:11: K-CFG-005 devices.reader.product is 0; allowed: 0001 to ffff",
                "15:9: K-CFG-005 devices.printer.width is 76; allowed: 58, 80",
                "17:7: K-CFG-005 platform.url is \"ftp://x\"; allowed: https://HOST/PATH or http://HOST/PATH",
                "19:14: K-CFG-005 face.time_limit is 0.5; allowed: 1.0 to 55.0",
                "21:16: K-CFG-005 api.doctor_group is \"q\u{301}\"; allowed: the name of a Unix group",
                "22:2: K-CFG-005 registry.public_key_file is missing; allowed: the path of the Ed25519",
                "23:8: K-CFG-005 registry.file is empty; allowed: a path",
            ]),
        Case(
            name: "a production profile refuses the laboratory",
            text: least.replacingOccurrences(of: "\"lab\"", with: "\"production\"")
                + "\nusb.x = 1\n[usb]\ntransport = \"usbip\"\n[platform]\nurl = \"http://127.0.0.1/fhir\"",
            lines: [
                "7:1: K-CFG-003 unknown key \"usb\" in [paths]; allowed: ",
                "9:13: K-CFG-006 usb.transport is \"usbip\", which profile \"production\" refuses; "
                    + "allowed: \"libusb\"",
                "11:7: K-CFG-006 platform.url is \"http://127.0.0.1/fhir\", which profile \"production\" refuses; "
                    + "allowed: https://HOST/PATH",
            ]),
        Case(
            name: "a socket path that no socket can have",
            text: least + "\nsocket = \"/\(String(repeating: "s", count: 108))\"",
            lines: ["7:10: K-CFG-005 paths.socket is 109 bytes long ("]),
    ]

    @Test(.timeLimit(.minutes(1)), arguments: cases)
    func `each trouble is told with its place, what was found and what is allowed`(_ example: Case) throws {
        let error = try #require(throws: ConfigurationError.self) { try ConfigurationTests.parse(example.text) }
        let lines = error.description.split(separator: "\n").map { $0.dropFirst("/etc/kiosk/kioskd.toml:".count) }
            .map { $0.hasPrefix(" ") ? $0.dropFirst() : $0 }
        #expect(lines.count == example.lines.count, "\(error)")
        for (line, expected) in zip(lines, example.lines) {
            #expect(line.hasPrefix(expected), "\(line)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a fault made of several problems names the first and counts the rest`() throws
    {
        let error = try #require(throws: ConfigurationError.self) { try ConfigurationTests.parse("a = 1\nb = 2") }
        #expect(error.fault.detail.hasPrefix("/etc/kiosk/kioskd.toml:"))
        #expect(error.fault.detail.hasSuffix("more)"))
        #expect(error.problems.contains { $0.code == .configUnknownKey && $0.line == 2 && $0.column == 1 })
    }

    @Test(.timeLimit(.minutes(1))) func `bytes that are no UTF-8 are a syntax error at their place`() throws {
        let text = Array("[kiosk]\nid = \"诊".utf8) + [0xC3, 0x28] + Array("\"".utf8)
        let error = try #require(throws: ConfigurationError.self) {
            try KioskConfiguration.parse(text, file: "k.toml")
        }
        #expect(error.description == "k.toml:2:8: K-CFG-002 not UTF-8")
    }

    @Test(.timeLimit(.minutes(1))) func `no text whatever brings the reader down`() throws {
        var generator = SeededGenerator(seed: 0x6B69_6F73)
        let pieces = [
            "[", "]", "[[", "]]", "kiosk", "paths", "=", "\"", "'", "\"\"\"", "'''", "\\", "\n", "#", "{", "}", ",",
            ".", "1", "诊", "true", " ", "\r\n", "\u{FEFF}", "id", "\0", "1e9", "0x1209", "1979-05-27", "07:32:00", "\r",
            "\u{3000}", "[1,", "{a = ",
        ]
        for _ in 0..<2000 {
            let count = Int.random(in: 0...24, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            #expect(throws: ConfigurationError.self, "\(text)") { try ConfigurationTests.parse(text) }
        }
    }
}
