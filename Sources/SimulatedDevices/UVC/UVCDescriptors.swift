import USBTransport

/// The descriptors of a camera of USB Video Class 1.1 with one bulk endpoint (sections 3.6 to 3.9, and the MJPEG and
/// uncompressed payload specifications).
enum UVCDescriptors {
    static let version: UInt16 = 0x0110
    static let videoControl: UInt8 = 0
    static let videoStreaming: UInt8 = 1
    static let endpoint: UInt8 = 0x81
    static let cameraTerminal: UInt8 = 1
    static let processingUnit: UInt8 = 2
    private static let outputTerminal: UInt8 = 3
    /// Of the clock that time-stamps pictures.
    static let clockFrequency: UInt32 = 1_000_000

    private static let classSpecific: UInt8 = 0x24
    private static let video: UInt8 = 0x0E

    static func build(productID: UInt16, serial: String) -> USBDescriptorBuilder {
        var builder = USBDescriptorBuilder(productID: productID, product: "Camera", serial: serial)
        // Interfaces that belong together say so, and the device says that some do (USB ECN of 2003).
        builder.deviceClass = USBInterfaceClass(interfaceClass: 0xEF, subclass: 2, interfaceProtocol: 1)
        builder.addAssociation(
            firstInterface: videoControl, count: 2,
            kind: USBInterfaceClass(interfaceClass: video, subclass: 3, interfaceProtocol: 0))
        builder.addInterface(
            number: videoControl, kind: USBInterfaceClass(interfaceClass: video, subclass: 1, interfaceProtocol: 0),
            classDescriptors: control, endpoints: [])
        builder.addInterface(
            number: videoStreaming, kind: USBInterfaceClass(interfaceClass: video, subclass: 2, interfaceProtocol: 0),
            classDescriptors: streaming, endpoints: [.bulk(endpoint)])
        return builder
    }

    /// Header, camera terminal, processing unit, output terminal.
    private static var control: [[UInt8]] {
        // Auto-exposure mode (D1) and absolute exposure time (D3).
        let camera: [UInt8] =
            [18, classSpecific, 2, cameraTerminal] + word(0x0201) + [0, 0] + [0, 0, 0, 0, 0, 0, 3] + [0x0A, 0, 0]
        // Brightness (D0), contrast (D1) and power line frequency (D10).
        let processing: [UInt8] =
            [12, classSpecific, 5, processingUnit, cameraTerminal] + word(0) + [2, 0x03, 0x04, 0, 0]
        let output: [UInt8] = [9, classSpecific, 3, outputTerminal] + word(0x0101) + [0, processingUnit, 0]
        let total = 13 + camera.count + processing.count + output.count
        let header: [UInt8] =
            [13, classSpecific, 1] + word(version) + word(UInt16(total)) + long(clockFrequency) + [1, videoStreaming]
        return [header, camera, processing, output]
    }

    /// Input header, then each format with its frames and its colours.
    private static var streaming: [[UInt8]] {
        let formats = UVCVideoFormat.all.flatMap(descriptors)
        let count = UVCVideoFormat.all.count
        let length = 13 + count
        let total = length + formats.reduce(0) { $0 + $1.count }
        let header: [UInt8] =
            [UInt8(length), classSpecific, 1, UInt8(count)] + word(UInt16(total))
            + [endpoint, 0, outputTerminal, 0, 0, 0, 1] + [UInt8](repeating: 0, count: count)
        return [header] + formats
    }

    private static func descriptors(_ format: UVCVideoFormat) -> [[UInt8]] {
        let count = UInt8(format.sizes.count)
        let head: [UInt8]
        switch format.encoding {
        case .mjpeg: head = [11, classSpecific, 6, format.index, count, 0, 1, 0, 0, 0, 0]
        case .yuyv: head = [27, classSpecific, 4, format.index, count] + yuy2 + [16, 1, 0, 0, 0, 0]
        }
        let frames = format.sizes.enumerated().map { index, size in
            frame(size, index: UInt8(index + 1), subtype: format.encoding == .mjpeg ? 7 : 5)
        }
        // BT.709 primaries and transfer, SMPTE 170M matrix.
        return [head] + frames + [[6, classSpecific, 0x0D, 1, 1, 4]]
    }

    private static func frame(_ size: UVCVideoFormat.Size, index: UInt8, subtype: UInt8) -> [UInt8] {
        let intervals = UVCVideoFormat.intervals
        let bits = UInt32(size.bytes) * 8
        let start: [UInt8] =
            [UInt8(26 + 4 * intervals.count), classSpecific, subtype, index, 0] + word(UInt16(size.width))
            + word(UInt16(size.height))
        return start + long(bits * 7) + long(bits * 15) + long(UInt32(size.bytes)) + long(intervals[0])
            + [UInt8(intervals.count)] + intervals.flatMap(long)
    }

    /// The GUID of YUY2 (uncompressed payload specification, section 2.2).
    private static let yuy2: [UInt8] = [
        0x59, 0x55, 0x59, 0x32, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71,
    ]

    private static func word(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }
    private static func long(_ value: UInt32) -> [UInt8] {
        word(UInt16(value & 0xFFFF)) + word(UInt16(value >> 16))
    }
}
