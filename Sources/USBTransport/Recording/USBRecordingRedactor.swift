import KioskModel

/// Takes what is a person's out of recorded transfers before anybody sees them; lengths and checksums stay right.
///
/// What it does not understand it must not let through. Throws `usbRecordingFailed` where it can't tell.
public protocol USBRecordingRedactor: Sendable {
    func redact(_ recording: inout USBRecording) throws(Fault)
}

/// For devices whose protocol carries nothing of a person: the cabinet knows slots and numbers of orders.
public struct USBNothingToRedact: USBRecordingRedactor {
    public init() {}

    public func redact(_ recording: inout USBRecording) {}
}

/// The bytes of one direction of one endpoint as one stream, to be changed in place whatever transfers they came in.
public struct USBRecordedStream: Sendable {
    public enum Direction: Sendable { case toDevice, fromDevice }

    public private(set) var bytes: [UInt8] = []
    private var places: [(transfer: Int, offset: Int)] = []
    private let direction: Direction

    /// `payload`: the part of each transfer that belongs to the stream, as ranges of offsets; all of it by default.
    public init(
        _ recording: USBRecording, endpoint: UInt8, _ direction: Direction,
        payload: (Int) -> [Range<Int>] = { [0..<$0] }
    ) {
        self.direction = direction
        for (index, transfer) in recording.transfers.enumerated() where transfer.target == endpoint {
            let content = direction == .toDevice ? transfer.out : transfer.in
            guard transfer.kind == .write || transfer.kind == .read, let content = content?.bytes else { continue }
            for offset in payload(content.count).joined() where offset < content.count {
                bytes.append(content[offset])
                places.append((index, offset))
            }
        }
    }

    /// Where a transfer's first byte stands in the stream.
    public func start(ofTransfer index: Int) -> Int? { places.firstIndex { $0.transfer == index } }

    public mutating func replace(_ range: Range<Int>, with replacement: [UInt8]) {
        precondition(range.count == replacement.count)
        bytes.replaceSubrange(range, with: replacement)
    }

    public func write(to recording: inout USBRecording) {
        for (byte, place) in zip(bytes, places) {
            switch direction {
            case .toDevice: recording.transfers[place.transfer].out?.bytes[place.offset] = byte
            case .fromDevice: recording.transfers[place.transfer].in?.bytes[place.offset] = byte
            }
        }
    }
}
