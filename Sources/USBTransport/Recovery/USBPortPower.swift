import Foundation
import KioskPlatform

/// The kernel's switch for the power of a hub's port (Documentation/ABI/testing/sysfs-bus-usb, `disable`, Linux 6.0).
enum USBPortPower {
    /// The file for a port path: `1-1.4` is port 4 of hub `1-1`, and `1-4` is port 4 of bus 1's root hub.
    ///
    /// Nil for anything that is no port path: it becomes part of a file's name.
    static func file(forPath path: String) -> String? {
        let halves = path.split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count == 2, let bus = number(halves[0]) else { return nil }
        let ports = halves[1].split(separator: ".", omittingEmptySubsequences: false)
        let numbers = ports.compactMap(number)
        guard numbers.count == ports.count, (1...7).contains(numbers.count), let port = numbers.last else { return nil }
        let above = numbers.dropLast().map(String.init).joined(separator: ".")
        let (interface, name) =
            above.isEmpty ? ("\(bus)-0:1.0", "usb\(bus)") : ("\(bus)-\(above):1.0", "\(bus)-\(above)")
        return "/sys/bus/usb/devices/\(interface)/\(name)-port\(port)/disable"
    }

    /// Off for two seconds: long enough for a reader's capacitors.
    static func cycle(path: String) async throws(USBError) {
        guard let file = file(forPath: path) else { throw .failed("\(path) is no port path") }
        try await write("1", to: file)
        // Cancelled or not, the power must come back.
        try? await Task.sleep(for: .seconds(2))
        try await write("0", to: file)
    }

    private static func write(_ value: String, to file: String) async throws(USBError) {
        let failed = await blocking("usb-power") { () -> String? in
            guard let handle = FileHandle(forWritingAtPath: file) else { return "\(file) can't be opened" }
            defer { try? handle.close() }
            do {
                try handle.write(contentsOf: Data(value.utf8))
                return nil
            } catch {
                return "\(error)"
            }
        }
        if let failed { throw .failed("port power: \(failed)") }
    }

    private static func number(_ text: Substring) -> UInt8? {
        guard let value = UInt8(text), value > 0, String(value) == text else { return nil }
        return value
    }
}
