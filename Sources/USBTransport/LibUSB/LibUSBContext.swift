import CLinux
import CUSB
import Foundation
import KioskPlatform
import Synchronization

/// A libusb context with its one event thread, on which all transfers complete.
///
/// It lives as long as any device or handle of it; `stop()` ends the thread.
final class LibUSBContext: @unchecked Sendable {
    let raw: OpaquePointer
    private let isStopping = Atomic(false)
    private let thread: Mutex<pthread_t?> = Mutex(nil)

    /// Throws what `libusb_init` met.
    init() throws(USBError) {
        var context: OpaquePointer?
        if let error = LibUSBCodes.error(libusb_init(&context)) { throw error }
        guard let context else { throw .failed("libusb_init") }
        raw = context
    }

    deinit { libusb_exit(raw) }

    func start() throws(USBError) {
        var created = pthread_t()
        let box = Unmanaged.passRetained(self)
        let result = pthread_create(&created, nil, { eventThreadMain($0) }, box.toOpaque())
        guard result == 0 else {
            box.release()
            throw .failed("pthread_create: \(result)")
        }
        thread.withLock { $0 = created }
    }

    /// Ends the event thread and joins it. All handles must have been closed.
    func stop() async {
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let running else { return }
        isStopping.store(true, ordering: .sequentiallyConsistent)
        libusb_interrupt_event_handler(raw)
        await blocking("usb-join") { _ = pthread_join(running, nil) }
    }

    fileprivate func run() {
        clinux_name_thread("usb-events")
        while !isStopping.load(ordering: .sequentiallyConsistent) {
            var limit = timeval(tv_sec: 1, tv_usec: 0)
            let result = libusb_handle_events_timeout_completed(raw, &limit, nil)
            // An error that stays must not burn the processor.
            if result < 0 { usleep(10_000) }
        }
    }
}

private func eventThreadMain(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let raw else { return nil }
    Unmanaged<LibUSBContext>.fromOpaque(raw).takeRetainedValue().run()
    return nil
}

/// Runs a libusb call that may block on a thread of its own.
func blocking<Value: Sendable>(_ name: String, _ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let thread = Thread {
            clinux_name_thread(name)
            continuation.resume(returning: body())
        }
        thread.start()
    }
}
