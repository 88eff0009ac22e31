/// The settings that a host can list and change, by the unit that they belong to.
///
/// They are kept and answered for; the pictures stay as they are.
struct UVCControlBank: Sendable {
    /// Class-specific requests (UVC 1.1, table A-8).
    enum Request {
        static let setCurrent: UInt8 = 0x01
        static let getCurrent: UInt8 = 0x81
        static let getMinimum: UInt8 = 0x82
        static let getMaximum: UInt8 = 0x83
        static let getResolution: UInt8 = 0x84
        static let getLength: UInt8 = 0x85
        static let getInformation: UInt8 = 0x86
        static let getDefault: UInt8 = 0x87
    }

    /// Why a request was refused (table 4-7), as the host may ask afterwards.
    enum Refusal: UInt8, Error, Sendable {
        case none = 0
        case outOfRange = 4
        case invalidControl = 6
        case invalidRequest = 7
    }

    private struct Key: Hashable {
        let unit: UInt8
        let selector: UInt8
    }

    private struct Setting {
        let size: Int
        let minimum: Int
        let maximum: Int
        let resolution: Int
        let initial: Int
        /// Where the values are a set of single bits, `resolution` says which.
        var isBitmap = false
        var current: Int

        func allows(_ value: Int) -> Bool {
            if isBitmap { return value.nonzeroBitCount == 1 && value & ~resolution == 0 }
            return (minimum...maximum).contains(value)
        }
    }

    private var settings: [Key: Setting] = [
        // Manual, or aperture priority.
        Key(unit: UVCDescriptors.cameraTerminal, selector: 0x02):
            Setting(size: 1, minimum: 1, maximum: 8, resolution: 0x09, initial: 8, isBitmap: true, current: 8),
        // Units of 100 µs.
        Key(unit: UVCDescriptors.cameraTerminal, selector: 0x04):
            Setting(size: 4, minimum: 1, maximum: 5000, resolution: 1, initial: 156, current: 156),
        // Brightness.
        Key(unit: UVCDescriptors.processingUnit, selector: 0x02):
            Setting(size: 2, minimum: -64, maximum: 64, resolution: 1, initial: 0, current: 0),
        // Contrast.
        Key(unit: UVCDescriptors.processingUnit, selector: 0x03):
            Setting(size: 2, minimum: 0, maximum: 95, resolution: 1, initial: 32, current: 32),
        // Power line frequency: off, 50 Hz, 60 Hz.
        Key(unit: UVCDescriptors.processingUnit, selector: 0x05):
            Setting(size: 1, minimum: 0, maximum: 2, resolution: 1, initial: 2, current: 2),
    ]

    /// Answers one request of a unit; `[]` for a value that was taken.
    mutating func answer(
        request: UInt8, unit: UInt8, selector: UInt8, data: [UInt8]
    ) throws(Refusal) -> [UInt8] {
        let key = Key(unit: unit, selector: selector)
        guard let setting = settings[key] else { throw .invalidControl }
        let value: Int
        switch request {
        case Request.setCurrent:
            guard data.count == setting.size else { throw .invalidRequest }
            let asked = Self.decode(data, isSigned: setting.minimum < 0)
            guard setting.allows(asked) else { throw .outOfRange }
            settings[key]?.current = asked
            return []
        case Request.getInformation: return [0x03]
        case Request.getLength: return Self.encode(setting.size, 2)
        case Request.getCurrent: value = setting.current
        case Request.getMinimum: value = setting.minimum
        case Request.getMaximum: value = setting.maximum
        case Request.getResolution: value = setting.resolution
        case Request.getDefault: value = setting.initial
        default: throw .invalidRequest
        }
        return Self.encode(value, setting.size)
    }

    private static func decode(_ bytes: [UInt8], isSigned: Bool) -> Int {
        let value = bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        let sign = 1 << (bytes.count * 8 - 1)
        return isSigned && value & sign != 0 ? value - (sign << 1) : value
    }

    private static func encode(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
