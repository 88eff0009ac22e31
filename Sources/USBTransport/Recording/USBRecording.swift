import Foundation
import KioskModel

/// A conversation with one device at the transfer level, from its opening on, as a text file of JSON lines.
///
/// The first line describes the device; each further line is one transfer, in the order in which they ended.
public struct USBRecording: Sendable, Hashable {
    public static let version = 1

    /// The device as its descriptors showed it.
    public struct Device: Codable, Sendable, Hashable {
        public struct Interface: Codable, Sendable, Hashable {
            public let number: UInt8
            public let alternate: UInt8
            /// Class, subclass, protocol.
            public let kind: USBInterfaceClass
            /// Address, bmAttributes, wMaxPacketSize, bInterval.
            public let endpoints: [[Int]]
            /// Class-specific descriptors, hexadecimal.
            public let classDescriptors: [String]
        }

        /// The format's version.
        public let recording: Int
        public let role: String
        public let vendorID: UInt16
        public let productID: UInt16
        public let bcdDevice: UInt16
        public let deviceClass: UInt8
        public let product: String?
        public let interfaces: [Interface]
    }

    public var device: Device
    public var transfers: [USBRecordedTransfer]

    /// The serial is left out: it tells one kiosk's device from another's.
    init(role: String, connection: any USBConnection, transfers: [USBRecordedTransfer]) {
        let info = connection.device
        device = Device(
            recording: Self.version, role: role, vendorID: info.vendorID, productID: info.productID,
            bcdDevice: info.bcdDevice, deviceClass: info.deviceClass, product: info.product,
            interfaces: connection.configuration.interfaces.map { interface in
                Device.Interface(
                    number: interface.number, alternate: interface.alternate, kind: interface.kind,
                    endpoints: interface.endpoints.map {
                        [Int($0.address), Int($0.transfer.rawValue), $0.maxPacketSize, Int($0.interval)]
                    },
                    classDescriptors: interface.classDescriptors.map(HexText.encode))
            })
        self.transfers = transfers
    }

    /// Reads a file. Throws `usbRecordingFailed` that names the line.
    public init(parsing text: String) throws(Fault) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        guard let first = lines.first, let device = Self.decode(Device.self, first) else {
            throw Fault(.usbRecordingFailed, "line 1 describes no device")
        }
        guard device.recording == Self.version else {
            throw Fault(.usbRecordingFailed, "a recording of version \(device.recording), not \(Self.version)")
        }
        self.device = device
        transfers = []
        for (index, line) in lines.dropFirst().enumerated() {
            guard let transfer = Self.decode(USBRecordedTransfer.self, line) else {
                throw Fault(.usbRecordingFailed, "line \(index + 2) is no transfer")
            }
            transfers.append(transfer)
        }
    }

    /// The file's text. Throws `usbRecordingFailed`.
    public func text() throws(Fault) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            var lines = [String(decoding: try encoder.encode(device), as: UTF8.self)]
            for transfer in transfers { lines.append(String(decoding: try encoder.encode(transfer), as: UTF8.self)) }
            return lines.joined(separator: "\n") + "\n"
        } catch {
            throw Fault(.usbRecordingFailed, "it can't be written: \(error)")
        }
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ line: Substring) -> Value? {
        try? JSONDecoder().decode(type, from: Data(line.utf8))
    }
}
