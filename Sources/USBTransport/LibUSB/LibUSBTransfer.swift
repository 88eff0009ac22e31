import CUSB
import Foundation
import Synchronization

/// One asynchronous transfer: it and its buffer live until libusb's callback, which resumes its caller exactly once.
final class LibUSBTransfer: Sendable {
    struct Outcome: Sendable {
        let error: USBError?
        let moved: Int
        /// The buffer as it was left; for control with the eight bytes of the SETUP packet in front.
        let buffer: [UInt8]
    }

    enum Kind {
        case control, bulk, interrupt

        fileprivate var raw: UInt8 {
            switch self {
            case .control: UInt8(LIBUSB_TRANSFER_TYPE_CONTROL.rawValue)
            case .bulk: UInt8(LIBUSB_TRANSFER_TYPE_BULK.rawValue)
            case .interrupt: UInt8(LIBUSB_TRANSFER_TYPE_INTERRUPT.rawValue)
            }
        }
    }

    private enum State {
        case idle(isCancelled: Bool)
        case flying(Flight)
        case landed
    }

    /// Only touched under the lock, or by the callback, which libusb calls once.
    private struct Flight: @unchecked Sendable {
        let transfer: UnsafeMutablePointer<libusb_transfer>
        let continuation: CheckedContinuation<Outcome, Never>
    }

    private let state = Mutex(State.idle(isCancelled: false))

    /// Submits and waits for the callback. To be called once.
    func run(
        _ kind: Kind, on handle: LibUSBHandle, endpoint: UInt8, buffer: [UInt8], timeout: Duration
    ) async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let error = submit(kind, handle, endpoint, buffer, timeout, continuation) {
                    continuation.resume(returning: Outcome(error: error, moved: 0, buffer: []))
                }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Asks libusb to end the transfer; its callback tells how it ended.
    func cancel() {
        state.withLock { state in
            switch state {
            case .idle: state = .idle(isCancelled: true)
            case .flying(let flight): libusb_cancel_transfer(flight.transfer)
            case .landed: break
            }
        }
    }

    private func submit(
        _ kind: Kind, _ handle: LibUSBHandle, _ endpoint: UInt8, _ bytes: [UInt8], _ timeout: Duration,
        _ continuation: CheckedContinuation<Outcome, Never>
    ) -> USBError? {
        // Held across the submission: a cancellation either comes before it or finds the transfer.
        state.withLock { state in
            guard case .idle(isCancelled: false) = state else { return .cancelled }
            guard let transfer = libusb_alloc_transfer(0) else { return .failed("out of memory") }
            let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
            buffer.update(from: bytes, count: bytes.count)
            transfer.pointee.dev_handle = handle.raw
            transfer.pointee.type = kind.raw
            transfer.pointee.endpoint = endpoint
            transfer.pointee.timeout = UInt32(clamping: max(1, timeout.milliseconds))
            transfer.pointee.buffer = buffer
            transfer.pointee.length = Int32(clamping: bytes.count)
            transfer.pointee.callback = { LibUSBTransfer.completed($0) }
            let box = Unmanaged.passRetained(self)
            transfer.pointee.user_data = box.toOpaque()
            if let error = LibUSBCodes.error(libusb_submit_transfer(transfer)) {
                box.release()
                buffer.deallocate()
                libusb_free_transfer(transfer)
                state = .landed
                return error
            }
            #if DEBUG
            if PlantedBug.freesTransfers {
                buffer.deallocate()
                libusb_free_transfer(transfer)
            }
            #endif
            state = .flying(Flight(transfer: transfer, continuation: continuation))
            return nil
        }
    }

    /// On the event thread.
    private static func completed(_ raw: UnsafeMutablePointer<libusb_transfer>?) {
        guard let raw, let data = raw.pointee.user_data else { return }
        Unmanaged<LibUSBTransfer>.fromOpaque(data).takeRetainedValue().land(raw)
    }

    private func land(_ raw: UnsafeMutablePointer<libusb_transfer>) {
        let flight = state.withLock { state -> Flight? in
            guard case .flying(let flight) = state else { return nil }
            state = .landed
            return flight
        }
        let moved = max(0, Int(raw.pointee.actual_length))
        let error = LibUSBCodes.error(raw.pointee.status, moved: moved)
        let length = Int(raw.pointee.length)
        let buffer = raw.pointee.buffer.map { Array(UnsafeBufferPointer(start: $0, count: length)) } ?? []
        raw.pointee.buffer?.deallocate()
        libusb_free_transfer(raw)
        flight?.continuation.resume(returning: Outcome(error: error, moved: moved, buffer: buffer))
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product &+ attoseconds / 1_000_000_000_000_000
    }
}
