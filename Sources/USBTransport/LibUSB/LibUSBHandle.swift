import CUSB
import Synchronization

/// An open device. It closes only when everything that was begun on it has ended.
final class LibUSBHandle: @unchecked Sendable {
    private struct State {
        var isClosing = false
        var isClosed = false
        var isGone = false
        var calls = 0
        var transfers: [ObjectIdentifier: LibUSBTransfer] = [:]
        var claimed: Set<UInt8> = []
        /// Those who wait for the end of all calls, or of the closing.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let raw: OpaquePointer
    let device: LibUSBDevice
    private let state = Mutex(State())

    private init(_ raw: OpaquePointer, of device: LibUSBDevice) {
        self.raw = raw
        self.device = device
    }

    static func open(_ device: LibUSBDevice) async throws(USBError) -> LibUSBHandle {
        try await blocking("usb-open") { () -> Result<LibUSBHandle, USBError> in
            var handle: OpaquePointer?
            if let error = LibUSBCodes.error(libusb_open(device.raw, &handle)) { return .failure(error) }
            guard let handle else { return .failure(.failed("libusb_open")) }
            return .success(LibUSBHandle(handle, of: device))
        }.get()
    }

    /// Whether it still takes transfers.
    var isOpen: Bool { state.withLock { !$0.isClosing } }

    var isClosed: Bool { state.withLock(\.isClosed) }

    /// Whether its device was found to have departed; transfers then end with `.noDevice`.
    var isGone: Bool { state.withLock(\.isGone) }

    func deviceHasGone() { state.withLock { $0.isGone = true } }

    /// A libusb call that may block, on a thread of its own. Refused once the handle is closing.
    func call(_ name: String, _ body: @escaping @Sendable (OpaquePointer) -> Int32) async throws(USBError) -> Int32 {
        try begin(nil)
        let code = await blocking(name) { [self] in body(raw) }
        end(nil)
        guard let error = LibUSBCodes.error(code) else { return code }
        if error == .noDevice { deviceHasGone() }
        throw error
    }

    /// An asynchronous transfer. The outcome's own error is left to the caller.
    func transfer(
        _ kind: LibUSBTransfer.Kind, endpoint: UInt8, buffer: [UInt8], timeout: Duration
    ) async throws(USBError) -> LibUSBTransfer.Outcome {
        let transfer = LibUSBTransfer()
        try begin(transfer)
        let outcome = await transfer.run(kind, on: self, endpoint: endpoint, buffer: buffer, timeout: timeout)
        end(transfer)
        if outcome.error == .noDevice { deviceHasGone() }
        // Cancelled by the closing that follows a departure, not by its caller.
        guard outcome.error == .cancelled, isGone, !Task.isCancelled else { return outcome }
        return LibUSBTransfer.Outcome(error: .noDevice, moved: outcome.moved, buffer: [])
    }

    func claimed(_ interface: UInt8) { state.withLock { _ = $0.claimed.insert(interface) } }
    func released(_ interface: UInt8) { state.withLock { _ = $0.claimed.remove(interface) } }

    /// Takes nothing new, cancels what is under way, waits for its callbacks, closes.
    func close() async {
        let (isFirst, transfers) = state.withLock { state in
            defer { state.isClosing = true }
            return (!state.isClosing, Array(state.transfers.values))
        }
        guard isFirst else { return await wait { !$0.isClosed } }
        for transfer in transfers { transfer.cancel() }
        await wait { $0.calls > 0 }
        let claimed = state.withLock(\.claimed)
        await blocking("usb-close") { [self] in
            for interface in claimed { libusb_release_interface(raw, Int32(interface)) }
            libusb_close(raw)
        }
        state.withLock { state in
            state.isClosed = true
            return Self.takeWaiting(&state)
        }.forEach { $0.resume() }
    }

    private func begin(_ transfer: LibUSBTransfer?) throws(USBError) {
        let refusal = state.withLock { state -> USBError? in
            guard !state.isClosing else { return state.isGone ? .noDevice : .cancelled }
            state.calls += 1
            if let transfer { state.transfers[ObjectIdentifier(transfer)] = transfer }
            return nil
        }
        if let refusal { throw refusal }
    }

    private func end(_ transfer: LibUSBTransfer?) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.calls -= 1
            if let transfer { state.transfers[ObjectIdentifier(transfer)] = nil }
            return state.calls == 0 && state.isClosing ? Self.takeWaiting(&state) : []
        }
        waiting.forEach { $0.resume() }
    }

    private func wait(while isUnderWay: @Sendable (borrowing State) -> Bool) async {
        while state.withLock({ isUnderWay($0) }) {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard isUnderWay(state) else { return true }
                    state.waiting.append(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        }
    }

    private static func takeWaiting(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        defer { state.waiting = [] }
        return state.waiting
    }
}
