import CV4L2
import KioskModel
import KioskPlatform

/// What a camera says that it can do; asked without streaming.
public struct V4L2Listing: Sendable, Hashable {
    public struct Format: Sendable, Hashable {
        /// As the kernel writes it: `YUYV`, `MJPG`.
        public let fourcc: String
        public let width: Int
        public let height: Int
        /// Pictures a second, the fastest first.
        public let rates: [Double]
    }

    public struct Control: Sendable, Hashable {
        public let name: String
        public let minimum: Int
        public let maximum: Int
        public let initial: Int
        public let current: Int
    }

    public let formats: [Format]
    public let controls: [Control]

    /// The most of anything that is listed, against a driver that never ends.
    private static let most: UInt32 = 256

    /// Asks the camera. Throws `faceNoCamera` where it can't be opened.
    public init(path: String) async throws(Fault) {
        let result = try? await onOwnThread("camera-list") { () -> Result<V4L2Listing, Fault> in
            let descriptor = cv4l2_open(path)
            guard descriptor >= 0 else {
                return .failure(Fault(.faceNoCamera, "\(SystemCallError("open \(path)"))", device: "camera"))
            }
            defer { cv4l2_close(descriptor) }
            return .success(V4L2Listing(formats: Self.formats(descriptor), controls: Self.controls(descriptor)))
        }
        self = try result?.get() ?? V4L2Listing(formats: [], controls: [])
    }

    private init(formats: [Format], controls: [Control]) {
        self.formats = formats
        self.controls = controls
    }

    private static func formats(_ descriptor: Int32) -> [Format] {
        var found: [Format] = []
        for index in 0..<most {
            var fourcc: UInt32 = 0
            guard cv4l2_list_format(descriptor, index, &fourcc) == 0 else { break }
            for size in 0..<most {
                var format = cv4l2_format(fourcc: fourcc, width: 0, height: 0, bytes_per_line: 0, image_size: 0)
                guard cv4l2_list_size(descriptor, fourcc, size, &format.width, &format.height) == 0 else { break }
                found.append(
                    Format(
                        fourcc: name(fourcc), width: Int(format.width), height: Int(format.height),
                        rates: rates(descriptor, format)))
            }
        }
        return found
    }

    private static func rates(_ descriptor: Int32, _ format: cv4l2_format) -> [Double] {
        var format = format
        var found: [Double] = []
        for index in 0..<most {
            var (numerator, denominator): (UInt32, UInt32) = (0, 0)
            guard cv4l2_list_interval(descriptor, &format, index, &numerator, &denominator) == 0 else { break }
            if numerator > 0 { found.append(Double(denominator) / Double(numerator)) }
        }
        return found.sorted(by: >)
    }

    private static func controls(_ descriptor: Int32) -> [Control] {
        var found: [Control] = []
        var control = cv4l2_control()
        while found.count < most, cv4l2_next_control(descriptor, control.id, &control) == 0 {
            let name = withUnsafeBytes(of: control.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            found.append(
                Control(
                    name: name, minimum: Int(control.minimum), maximum: Int(control.maximum),
                    initial: Int(control.initial), current: Int(control.current)))
        }
        return found
    }

    private static func name(_ fourcc: UInt32) -> String {
        String(decoding: (0..<4).map { UInt8(fourcc >> (8 * $0) & 0x7F) }, as: UTF8.self)
    }
}
