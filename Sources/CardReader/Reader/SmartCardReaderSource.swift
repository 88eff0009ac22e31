import KioskModel

/// Where a role's reader comes from: a USB binding or pcscd.
protocol SmartCardReaderSource: Sendable {
    var role: String { get }

    /// Finds and opens the reader; `met` is the device that was there, even where it could not be used.
    func open() async -> (met: ReaderIdentity?, result: Result<any SmartCardReader, Fault>)

    /// Lets a reader go after trouble of its own; the next `open` finds it again.
    func drop(_ reader: any SmartCardReader, after trouble: Fault) async

    /// A whole sequence went well.
    func worked() async

    func shutdown() async
}
