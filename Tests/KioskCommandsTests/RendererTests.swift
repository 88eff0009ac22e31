import Foundation
import KioskModel
import Testing

@testable import KioskCommands

@Suite struct RendererTests {
    private static func renderer(
        _ language: Language, _ format: OutputFormat = .text, usesColour: Bool = false
    ) -> Renderer {
        Renderer(
            Settings(
                socketPath: "", configPath: "", kioskdPath: "", format: format, language: language,
                usesColour: usesColour, utcOffset: { _ in 8 * 3600 }))
    }

    private static let visits = VisitList([Samples.visit(), Samples.unknownDrop, Samples.visit(.signed)])

    private static let down = Problem(
        Fault(.apiUnavailable, "connect /run/kiosk/kioskd.sock: No such file or directory"), status: 503)

    @Test(.timeLimit(.minutes(1))) func `every view reads in Chinese as it was approved`() {
        let renderer = Self.renderer(.zh)
        #expect(renderer.render(Samples.troubled, from: .daemon) == Golden.statusZh)
        #expect(renderer.render(Samples.healthy, from: .daemon) == Golden.quietZh)
        #expect(renderer.render(Samples.unknownDrop, from: .daemon) == Golden.visitZh)
        #expect(renderer.render(Self.visits, from: .daemon) == Golden.visitsZh)
        #expect(renderer.render(Samples.queue, from: .daemon) == Golden.queueZh)
        #expect(renderer.render(Self.down, isFromDisk: true) == Golden.fromDiskZh)
    }

    @Test(.timeLimit(.minutes(1))) func `every view reads in English as it was approved`() {
        let renderer = Self.renderer(.en)
        #expect(renderer.render(Samples.troubled, from: .daemon) == Golden.statusEn)
        #expect(renderer.render(DeviceList(Samples.devices), from: .daemon) == Golden.devicesEn)
        #expect(renderer.render(Samples.unknownDrop, from: .daemon) == Golden.visitEn)
        #expect(renderer.render(Self.visits, from: .daemon) == Golden.visitsEn)
        #expect(renderer.render(Samples.queue, from: .daemon) == Golden.queueEn)
        #expect(renderer.render(Self.down, isFromDisk: true) == Golden.fromDiskEn)
    }

    @Test(.timeLimit(.minutes(1))) func `nothing to show is said in words`() {
        let renderer = Self.renderer(.en)
        #expect(renderer.render(QueueList([]), from: .daemon) == "Nothing waits for the platform.\n")
        #expect(renderer.render(VisitList([]), from: .daemon) == "There is no visit yet.\n")
        #expect(Self.renderer(.zh).render(DeviceList([]), from: .daemon) == "没有配置设备。\n")
    }

    @Test(.timeLimit(.minutes(1))) func `a stopped kiosk shows neither devices nor time, and one cause only once`() {
        let down = StatusView(
            version: "0.1.0", kiosk: "kiosk-01", profile: "lab", mode: .clinicOnsite, state: "down", uptimeSeconds: 0,
            visit: nil, doctor: nil, devices: [],
            queue: QueueSummary(pending: 2, quarantined: 0, oldestSeconds: 7200, lastFault: nil),
            faults: [FaultView(Fault(.apiUnavailable))], prompt: nil)
        #expect(Self.renderer(.en).render(down, from: .disk) == Golden.downEn)
        let devices = ["reader", "printer"].map {
            DeviceStatus(role: $0, state: .missing, fault: Fault(.apiUnavailable, device: $0))
        }
        let text = Self.renderer(.en).render(DeviceList(devices), from: .disk)
        #expect(text.components(separatedBy: "K-API-007").count == 2)
        #expect(text.hasSuffix("K-API-007 kioskd is not running\n    → Run systemctl start kioskd\n"))
    }

    @Test(.timeLimit(.minutes(1)), arguments: Language.allCases)
    func `no line is wider than 80 columns and no control character reaches the terminal`(_ language: Language) {
        let evil = "\u{1B}[2J\u{1B}]0;x\u{7}\r\n\u{202E}" + String(repeating: "打印机 very long ", count: 20)
        let devices = Samples.devices.map {
            DeviceStatus(
                role: $0.role, state: .fault, address: evil, vendorID: 1, productID: 2, product: evil, serial: evil,
                simulated: true, fault: Fault(.printerError, evil))
        }
        let status = StatusView(
            version: evil, kiosk: evil, profile: "lab", mode: .clinicOnsite, state: evil, uptimeSeconds: .infinity,
            visit: Samples.unknownDrop,
            doctor: SessionView(
                doctor: evil, name: evil, since: Samples.stamp, custody: .card, faceEnrolled: false),
            devices: devices,
            queue: QueueSummary(
                pending: .max, quarantined: .max, oldestSeconds: -1, lastFault: Fault(.syncRefused, evil)),
            faults: [FaultView(Fault(.internalError, evil))], prompt: nil)
        let renderer = Self.renderer(language)
        let texts = [
            renderer.render(status, from: .disk), renderer.render(DeviceList(devices), from: .daemon),
            renderer.render(Self.visits, from: .daemon), renderer.render(Samples.queue, from: .daemon),
            renderer.render(Samples.unknownDrop, from: .daemon),
            renderer.render(Problem(Fault(.apiMalformed, evil), status: 400)),
        ]
        for line in texts.joined().split(separator: "\n") {
            #expect(TextWidth.of(String(line)) <= 80, "\(line)")
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 0x202E }, "\(line)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `times that no clock shows are no trouble`() {
        for wall in [Int64.min, -1, .max] {
            let stamp = Stamp(boot: "", monotonic: 0, wall: wall, quality: .untrusted)
            let words = Words(.en, utcOffset: { _ in 0 })
            #expect(words.time(stamp) == (wall == -1 ? "1970-01-01 00:00:00" : "?"))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `colour only adds to the marks`() {
        let plain = Self.renderer(.en).render(Samples.queue, from: .daemon)
        let coloured = Self.renderer(.en, usesColour: true).render(Samples.queue, from: .daemon)
        #expect(coloured.contains("\u{1B}[31m×\u{1B}[0m"))
        #expect(coloured.replacing(/\u{1B}\[\d+m/, with: "") == plain)
        #expect(!plain.contains("\u{1B}"))
    }

    @Test(.timeLimit(.minutes(1))) func `JSON is the view itself with schema and source`() throws {
        let renderer = Self.renderer(.zh, .json)
        let visit = Data(renderer.render(Samples.unknownDrop, from: .disk).utf8)
        #expect(try JSONDecoder().decode(VisitView.self, from: visit) == Samples.unknownDrop)
        let names = try #require(try JSONSerialization.jsonObject(with: visit) as? [String: Any])
        #expect(names["schema"] as? Int == 1)
        #expect(names["source"] as? String == "disk")
        let status = Data(renderer.render(Samples.troubled, from: .daemon).utf8)
        #expect(try JSONDecoder().decode(StatusView.self, from: status) == Samples.troubled)
        let queue = Data(renderer.render(Samples.queue, from: .daemon).utf8)
        #expect(try JSONDecoder().decode(QueueList.self, from: queue) == Samples.queue)
        let text = renderer.render(Self.down)
        let problem = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect((problem["error"] as? [String: Any])?["code"] as? String == "K-API-007")
        #expect(problem["schema"] as? Int == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `widths count Chinese characters twice and marks once`() {
        #expect(TextWidth.of("阿莫西林 0.25 g") == 15)
        #expect(TextWidth.of("√‼×→…") == 5)
        #expect(TextWidth.of("e\u{301}") == 1)
        #expect(TextWidth.truncate("打印机缺纸", to: 6) == "打印…")
        #expect(TextWidth.truncate("abc", to: 3) == "abc")
        #expect(TextWidth.wrap("工作人员查看出药口后登记结果，不会自动重发", to: 20) == ["工作人员查看出药口后", "登记结果，不会自动重", "发"])
        #expect(TextWidth.wrap("one two three", to: 8) == ["one two", "three"])
        #expect(TextWidth.wrap(String(repeating: "x", count: 25), to: 10).map(\.count) == [10, 10, 5])
        #expect(TextWidth.wrap("", to: 10) == [""])
    }

    @Test(.timeLimit(.minutes(1))) func `a device shows where it is bound, its recovery and what can be done`() {
        let report = USBDeviceReport(
            transport: "libusb", boundPath: "1-1.4", manufacturer: "EPSON", release: "1.04", interfaces: ["07/01/02"],
            failures: 4, rung: Fault(.usbClassReset, "failure 4 in a row", device: "printer"),
            recovery: [.init(code: "K-USB-011", tried: 2, helped: 1)], offers: ["reset", "power-cycle"])
        let view = DeviceView(device: Samples.devices[2], usb: report, done: ["opened-anew", "port-reset"])
        let text = Self.renderer(.en).render(view, from: .daemon)
        for part in [
            "K-PRN-001", "1-1.4", "07/01/02", "1.04", "K-USB-013", "tried 2, helped 1", "opened anew", "port reset",
            "kioskctl device power-cycle",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        #expect(view.exitStatus == .fault)
        #expect(Self.renderer(.zh).render(view, from: .daemon).contains("端口复位"))
        #expect(
            Self.renderer(.en).render(DeviceView(device: Samples.devices[4], usb: nil), from: .daemon).contains(
                "missing"))
    }

    @Test(.timeLimit(.minutes(1))) func `a printer's sensors are told in words, and a silent one says so`() {
        let sensors = PrinterView.Sensors(
            paperOut: false, paperLow: true, coverOpen: true, cutterStuck: false, failed: false, offline: false)
        let view = PrinterView(
            device: Samples.devices[2], sensors: sensors, model: "EPSON TM-T88V", profile: "generic-80", dots: 576,
            completion: "fence")
        let text = Self.renderer(.en).render(view, from: .daemon)
        for part in ["nearly out", "open", "TM-T88V", "generic-80, 576 dots", "confirms each document"] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        let silent = PrinterView(
            device: Samples.devices[2], sensors: nil, model: nil, profile: "generic-58", dots: 384, completion: nil)
        #expect(Self.renderer(.zh).render(silent, from: .daemon).contains("传感器没有应答"))
        let report = PrintReport(documentNumber: "T1", state: "unconfirmed")
        #expect(report.exitStatus == .warning)
        #expect(Self.renderer(.en).render(report, from: .daemon).contains("look whether it came out"))
    }
}
