import Foundation
import KioskTestSupport
import Testing

@testable import USBTransport

@Suite(.timeLimit(.minutes(1))) struct USBPortPowerTests {
    /// The kernel's files of two ports of bus 1's root hub, and the folder of the notes.
    private struct Ports: Sendable {
        let folder = TemporaryFolder("ports")
        let power: USBPortPower

        init(off: Duration = .zero) throws {
            power = USBPortPower(devices: folder.file("devices"), notes: folder.file("off"), off: off)
            for path in ["1-4", "1-5"] { try set(path, "0\n") }
        }

        func set(_ path: String, _ state: String) throws {
            let file = try #require(power.file(forPath: path))
            let parent = URL(fileURLWithPath: file).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(state.utf8).write(to: URL(fileURLWithPath: file))
        }

        func remove(_ path: String) throws {
            try FileManager.default.removeItem(atPath: try #require(power.file(forPath: path)))
        }

        func isOff(_ path: String) -> Bool? {
            power.file(forPath: path).flatMap(FileManager.default.contents).map { $0.first == UInt8(ascii: "1") }
        }

        var noted: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.file("off"))) ?? [] }

        /// A switch whose port is off, and stays so until it is cancelled.
        func switching(_ path: String) async -> Task<USBError?, Never> {
            let task = Task { await usbError { () throws(USBError) in try await power.cycle(path: path) } }
            await expectEventually { isOff(path) == true }
            return task
        }
    }

    @Test func `a port is noted while it is off, and comes on though the switch is cancelled`() async throws {
        let ports = try Ports(off: .seconds(600))
        let task = await ports.switching("1-4")
        #expect(ports.noted == ["1-4"])
        #expect(ports.isOff("1-5") == false)
        task.cancel()
        #expect(await task.value == nil)
        #expect(ports.isOff("1-4") == false && ports.noted.isEmpty)
    }

    @Test func `what a killed process left off is switched on by the next one, and nothing else is`() throws {
        let ports = try Ports()
        try ports.set("1-4", "1\n")
        try ports.set("1-5", "1\n")
        let note = ports.folder.file("off")
        try FileManager.default.createDirectory(atPath: note, withIntermediateDirectories: true)
        for name in ["1-4", "2-1"] {
            #expect(FileManager.default.createFile(atPath: note + "/" + name, contents: nil))
        }
        #expect(ports.power.restore())
        #expect(ports.isOff("1-4") == false)
        #expect(ports.isOff("1-5") == true, "whoever runs this machine switched it off")
        #expect(ports.noted.isEmpty)
        #expect(ports.power.restore())
    }

    @Test func `a port that can't be switched on again keeps its note until it is on`() async throws {
        let ports = try Ports(off: .seconds(600))
        let task = await ports.switching("1-4")
        try ports.remove("1-4")
        task.cancel()
        guard case .failed(let words) = await task.value else {
            Issue.record("it was said to be on")
            return
        }
        #expect(words.contains("can't be opened"))
        #expect(ports.noted == ["1-4"])
        try ports.set("1-4", "1\n")
        #expect(ports.power.restore())
        #expect(ports.isOff("1-4") == false && ports.noted.isEmpty)
    }

    @Test func `a port that can't be switched off is not noted`() async throws {
        let ports = try Ports()
        let met = await usbError { () throws(USBError) in try await ports.power.cycle(path: "3-1") }
        #expect(met != nil)
        #expect(ports.noted.isEmpty)
    }

    @Test func `only a port path becomes a file of the kernel's`() {
        let power = USBPortPower()
        #expect(power.file(forPath: "1-4") == "/sys/bus/usb/devices/1-0:1.0/usb1-port4/disable")
        #expect(power.file(forPath: "2-1.4") == "/sys/bus/usb/devices/2-1:1.0/2-1-port4/disable")
        #expect(power.file(forPath: "2-1.4.3") == "/sys/bus/usb/devices/2-1.4:1.0/2-1.4-port3/disable")
        for path in ["", "1", "1-", "-1", "1-0", "1-1.", "1-1/../..", "a-1", "1-1-1", "1-256", "1-+1", "1-01"] {
            #expect(power.file(forPath: path) == nil, "\(path)")
        }
    }
}
