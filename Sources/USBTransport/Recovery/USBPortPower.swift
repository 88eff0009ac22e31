import Foundation
import KioskPlatform

/// The kernel's switch for the power of a hub's port (Documentation/ABI/testing/sysfs-bus-usb, `disable`, Linux 6.0).
///
/// The kernel leaves a port off that nobody switches on again, until the machine or its hub starts anew. So a port that is
/// switched off is noted before, and what a killed process left off is switched on by the next one. Ports that somebody
/// else switched off stay so.
struct USBPortPower: Sendable {
    private static let switchingOnAttempts = 3

    /// The kernel's folder, but in tests.
    var devices = "/sys/bus/usb/devices"
    /// The folder of the notes: an empty file for each port that is off, by the port's path. Nil keeps none.
    var notes: String?
    /// Long enough for a reader's capacitors.
    var off = Duration.seconds(2)

    /// The file for a port path: `1-1.4` is port 4 of hub `1-1`, and `1-4` is port 4 of bus 1's root hub.
    ///
    /// Nil for anything that is no port path: it becomes part of a file's name.
    func file(forPath path: String) -> String? {
        let halves = path.split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count == 2, let bus = Self.number(halves[0]) else { return nil }
        let ports = halves[1].split(separator: ".", omittingEmptySubsequences: false)
        let numbers = ports.compactMap(Self.number)
        guard numbers.count == ports.count, (1...7).contains(numbers.count), let port = numbers.last else { return nil }
        let above = numbers.dropLast().map(String.init).joined(separator: ".")
        let (interface, name) =
            above.isEmpty ? ("\(bus)-0:1.0", "usb\(bus)") : ("\(bus)-\(above):1.0", "\(bus)-\(above)")
        return "\(devices)/\(interface)/\(name)-port\(port)/disable"
    }

    /// Switches a port off and on again. Throws where the kernel does not do it; a port that stays off keeps its note.
    func cycle(path: String) async throws(USBError) {
        guard let file = file(forPath: path) else { throw .failed("\(path) is no port path") }
        try await blocking("usb-power") { () -> Result<Void, USBError> in
            note(path)
            let written = write("1", to: file)
            if case .failure = written { forget(path) }
            return written
        }.get()
        // Cancelled or not, the power must come back.
        try? await Task.sleep(for: off)
        for attempt in 1...Self.switchingOnAttempts {
            let written = await blocking("usb-power") { () -> Result<Void, USBError> in
                let written = write("0", to: file)
                if case .success = written { forget(path) }
                return written
            }
            guard case .failure(let error) = written else { return }
            guard attempt < Self.switchingOnAttempts else { throw error }
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Switches on what was left off; false where a port can't be switched on yet. Blocks.
    func restore() -> Bool {
        guard let notes, let paths = try? FileManager.default.contentsOfDirectory(atPath: notes) else { return true }
        var isDone = true
        for path in paths {
            // Without its file the hub is gone, and with it what was switched off.
            if let file = file(forPath: path), let state = FileManager.default.contents(atPath: file),
                state.first == UInt8(ascii: "1"), case .failure = write("0", to: file)
            {
                isDone = false
            } else {
                forget(path)
            }
        }
        return isDone
    }

    /// A note that can't be written (a full disk) keeps no device from being mended.
    private func note(_ path: String) {
        guard let notes else { return }
        try? FileManager.default.createDirectory(
            atPath: notes, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        _ = FileManager.default.createFile(atPath: "\(notes)/\(path)", contents: nil)
    }

    private func forget(_ path: String) {
        guard let notes else { return }
        try? FileManager.default.removeItem(atPath: "\(notes)/\(path)")
    }

    private func write(_ value: String, to file: String) -> Result<Void, USBError> {
        guard let handle = FileHandle(forWritingAtPath: file) else {
            return .failure(.failed("port power: \(file) can't be opened"))
        }
        defer { try? handle.close() }
        do {
            try handle.write(contentsOf: Data(value.utf8))
            return .success(())
        } catch {
            return .failure(.failed("port power: \(error)"))
        }
    }

    private static func number(_ text: Substring) -> UInt8? {
        guard let value = UInt8(text), value > 0, String(value) == text else { return nil }
        return value
    }
}
