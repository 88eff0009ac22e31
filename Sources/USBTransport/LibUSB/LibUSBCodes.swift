import CUSB

/// The one mapping from libusb's codes to `USBError`.
enum LibUSBCodes {
    /// A function's result; nil where it is no error.
    static func error(_ code: Int32) -> USBError? {
        guard code < 0 else { return nil }
        switch libusb_error(code) {
        case LIBUSB_ERROR_ACCESS: return .accessDenied
        case LIBUSB_ERROR_NO_DEVICE: return .noDevice
        case LIBUSB_ERROR_BUSY: return .busy
        case LIBUSB_ERROR_TIMEOUT: return .timeout(moved: nil)
        case LIBUSB_ERROR_OVERFLOW: return .overflow
        case LIBUSB_ERROR_PIPE: return .stall
        default: return .failed(String(cString: libusb_error_name(code)))
        }
    }

    /// How an asynchronous transfer ended; nil where it completed.
    static func error(_ status: libusb_transfer_status, moved: Int) -> USBError? {
        switch status {
        case LIBUSB_TRANSFER_COMPLETED: nil
        case LIBUSB_TRANSFER_TIMED_OUT: .timeout(moved: moved)
        case LIBUSB_TRANSFER_CANCELLED: .cancelled
        case LIBUSB_TRANSFER_STALL: .stall
        case LIBUSB_TRANSFER_NO_DEVICE: .noDevice
        case LIBUSB_TRANSFER_OVERFLOW: .overflow
        default: .failed("libusb transfer status \(status.rawValue)")
        }
    }
}
