import Foundation
import KioskModel
import KioskPlatform
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import CardReader

/// A real pcscd with vsmartcard's virtual reader of two slots, in a mount namespace of its own: its folder takes the
/// place of /run/pcscd there, so that a pcscd of this machine is not met.
///
/// libpcsclite reads the socket's place once in a process, so that all of them use one folder, one after the other.
final class PCSCLab: @unchecked Sendable {
    /// The names of the two slots.
    static let patientSlot = "Virtual PCD 00 00"
    static let doctorSlot = "Virtual PCD 00 01"

    private static let folder: String = {
        let folder = "/tmp/kiosk-pcsc-\(getpid())"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        setenv("PCSCLITE_CSOCK_NAME", folder + "/pcscd.comm", 1)
        return folder
    }()

    private let process: Process
    private let input: Pipe
    private let port: UInt16
    private(set) var processID: pid_t = 0

    private init() throws {
        // The second slot listens at the next port. Below those that the kernel gives to connections by itself.
        port = UInt16.random(in: 10_000..<16_000) * 2
        let configuration = """
            FRIENDLYNAME "Virtual PCD"
            DEVICENAME /dev/null:\(port)
            LIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so
            CHANNELID \(port)

            """
        let file = Self.folder + "/reader.conf"
        try configuration.write(toFile: file, atomically: true, encoding: .utf8)
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        // The shell ends pcscd when its standard input ends: with the test, however that ends.
        let script = """
            mkdir -p /run/pcscd && mount --bind "$1" /run/pcscd || exit 1
            pcscd --foreground --config "$2" </dev/null >"$1/log" 2>&1 & child=$!
            read -r _; kill -CONT $child; kill -KILL $child; wait $child
            """
        process.arguments =
            [getuid() == 0 ? "-m" : "-rm", "bash", "-c", script, "pcscd", Self.folder, file]
        input = Pipe()
        process.standardInput = input
        try process.run()
    }

    static func run(_ body: (PCSCLab) async throws -> Void) async throws {
        let lab = try PCSCLab()
        do {
            try await lab.waitUntilReady()
            try await body(lab)
        } catch {
            await lab.stop()
            throw error
        }
        await lab.stop()
    }

    private func waitUntilReady() async throws {
        let ready = await eventually(within: .seconds(10)) {
            guard let text = try? String(contentsOfFile: Self.folder + "/pcscd.pid", encoding: .utf8) else {
                return false
            }
            return text.contains(where: \.isNumber)
                && FileManager.default.fileExists(atPath: Self.folder + "/pcscd.comm")
        }
        let log = (try? String(contentsOfFile: Self.folder + "/log", encoding: .utf8)) ?? ""
        try #require(ready, "pcscd did not start (script/setup installs it): \(log)")
        let text = try String(contentsOfFile: Self.folder + "/pcscd.pid", encoding: .utf8)
        processID = try #require(pid_t(text.filter(\.isNumber)))
    }

    /// Ends pcscd; what uses it finds it gone.
    func stop() async {
        try? input.fileHandleForWriting.close()
        _ = await eventually(within: .seconds(5)) { !self.process.isRunning }
        for file in ["pcscd.pid", "pcscd.comm"] {
            try? FileManager.default.removeItem(atPath: Self.folder + "/" + file)
        }
    }

    /// Waits for the virtual reader's port, which pcscd opens some time after its socket.
    func insert(_ card: any SimulatedCard, doctor: Bool = false) async throws -> VirtualCard {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            do {
                return try VirtualCard(card, port: port + (doctor ? 1 : 0))
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    func patientStation(
        named name: String? = patientSlot, path: String? = nil, slot: UInt8? = nil, production: Bool = false
    ) -> SocialSecurityStation {
        let selection = PCSCSelection(
            role: "reader", path: path, name: name, slot: slot, allowsSimulated: !production)
        return SocialSecurityStation(
            source: PCSCSource(selection: selection, timeouts: Self.quick), times: ReaderLab.times)
    }

    var doctorStation: PIVDoctorStation { doctorStation(named: Self.doctorSlot, slot: nil) }

    func doctorStation(named name: String, slot: UInt8?) -> PIVDoctorStation {
        let selection = PCSCSelection(role: "doctor-reader", path: nil, name: name, slot: slot, allowsSimulated: true)
        return PIVDoctorStation(source: PCSCSource(selection: selection, timeouts: Self.quick))
    }

    static let quick = PCSCTimeouts(call: .seconds(2), powerOn: .seconds(4), transfer: .seconds(4))
}
