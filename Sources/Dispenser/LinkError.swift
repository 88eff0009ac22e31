import KioskModel
import USBTransport

/// Why a question to the controller got no answer.
enum LinkError: Error, Sendable, Hashable {
    /// There is no link: the device is not there, or can't be opened.
    case unavailable(Fault)
    /// The bus failed.
    case usb(USBError)
    /// Nothing came.
    case silent
    /// Something came, and its CRC or form was wrong.
    case damaged

    func fault(role: String) -> Fault {
        switch self {
        case .unavailable(let fault): fault
        case .usb(let error): error.fault(role: role)
        case .silent: Fault(.dispenserUnreachable, "no answer", device: role)
        case .damaged: Fault(.dispenserProtocol, "only damaged frames came", device: role)
        }
    }
}
