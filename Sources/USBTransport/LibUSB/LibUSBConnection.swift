import CUSB
import Synchronization

/// A device opened through libusb, by asynchronous transfers alone.
final class LibUSBConnection: USBConnection {
    private static let claimAttempts = 3

    let device: USBDeviceInfo
    let configuration: USBConfiguration
    private let handle: LibUSBHandle
    private let claims = Mutex(USBClaims())

    init(device: USBDeviceInfo, configuration: USBConfiguration, handle: LibUSBHandle) {
        self.device = device
        self.configuration = configuration
        self.handle = handle
    }

    var isOpen: Bool { handle.isOpen && !handle.isGone }

    func claim(interface: UInt8) async throws(USBError) {
        guard configuration.interfaces.contains(where: { $0.number == interface }) else {
            throw .badDescriptor("no interface \(interface)")
        }
        for attempt in 1...Self.claimAttempts {
            do throws(USBError) {
                _ = try await handle.call("usb-claim") { Self.claim(interface, on: $0) }
                handle.claimed(interface)
                claims.withLock { $0.insert(interface) }
                return
            } catch {
                // A kernel driver that is just letting go.
                guard error == .busy, attempt < Self.claimAttempts else { throw error }
                try? await Task.sleep(for: .milliseconds(50 * attempt))
            }
        }
    }

    func release(interface: UInt8) async throws(USBError) {
        claims.withLock { $0.remove(interface) }
        handle.released(interface)
        _ = try await handle.call("usb-release") { libusb_release_interface($0, Int32(interface)) }
    }

    func control(_ setup: USBSetup, data: [UInt8], timeout: Duration) async throws(USBError) -> [UInt8] {
        try await handle.control(setup, data: data, timeout: timeout)
    }

    func write(_ bytes: [UInt8], to endpoint: UInt8, timeout: Duration) async throws(USBError) -> Int {
        let target = try claims.withLock(\.self).endpoint(endpoint, .hostToDevice, in: configuration)
        try USBClaims.check(writeOf: bytes)
        let outcome = try await handle.transfer(
            target.kind, endpoint: endpoint, buffer: bytes, timeout: timeout)
        if let error = outcome.error { throw error }
        return outcome.moved
    }

    /// A read whose time runs out after some bytes returns them: they would be lost otherwise.
    func read(upTo length: Int, from endpoint: UInt8, timeout: Duration) async throws(USBError) -> [UInt8] {
        let source = try claims.withLock(\.self).endpoint(endpoint, .deviceToHost, in: configuration)
        let room = [UInt8](repeating: 0, count: try USBClaims.readLength(length, of: source))
        let outcome = try await handle.transfer(source.kind, endpoint: endpoint, buffer: room, timeout: timeout)
        switch outcome.error {
        case nil: break
        case .timeout where outcome.moved > 0: break
        case let error?: throw error
        }
        return Array(outcome.buffer.prefix(outcome.moved))
    }

    func clearHalt(_ endpoint: UInt8) async throws(USBError) {
        _ = try await handle.call("usb-clear") { libusb_clear_halt($0, endpoint) }
    }

    func close() async { await handle.close() }

    func resetPort() async throws(USBError) { try await handle.resetPort() }

    private static func claim(_ interface: UInt8, on handle: OpaquePointer) -> Int32 {
        let detached = libusb_detach_kernel_driver(handle, Int32(interface))
        switch libusb_error(detached) {
        // No driver there, or a platform that has none to detach: the claim itself decides.
        case LIBUSB_SUCCESS, LIBUSB_ERROR_NOT_FOUND, LIBUSB_ERROR_NOT_SUPPORTED, LIBUSB_ERROR_BUSY: break
        default: return detached
        }
        return libusb_claim_interface(handle, Int32(interface))
    }
}

extension USBEndpoint {
    fileprivate var kind: LibUSBTransfer.Kind { transfer == .interrupt ? .interrupt : .bulk }
}

extension LibUSBHandle {
    /// NOT_FOUND means that the device came back as another one, or not at all: that is no failure, but this handle's end.
    func resetPort() async throws(USBError) {
        _ = try await call("usb-reset") { [self] in
            let result = libusb_reset_device($0)
            guard libusb_error(result) == LIBUSB_ERROR_NOT_FOUND else { return result }
            deviceHasGone()
            return 0
        }
    }

    /// A control transfer on endpoint 0; the bytes read, or `[]` for host-to-device.
    func control(_ setup: USBSetup, data: [UInt8], timeout: Duration) async throws(USBError) -> [UInt8] {
        try setup.check(data: data)
        let header = setup.encoded(dataLength: UInt16(clamping: data.count))
        let room = setup.isDeviceToHost ? [UInt8](repeating: 0, count: Int(setup.readLength)) : data
        let outcome = try await transfer(.control, endpoint: 0, buffer: header + room, timeout: timeout)
        if let error = outcome.error { throw error }
        return setup.isDeviceToHost ? Array(outcome.buffer.dropFirst(header.count).prefix(outcome.moved)) : []
    }
}
