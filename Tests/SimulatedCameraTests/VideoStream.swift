import Testing
import USBTransport

/// The host's side of a UVC bulk stream by hand: probe, commit, payloads.
struct VideoStream {
    struct Picture {
        let bytes: [UInt8]
        let frameBit: Bool
        let time: UInt32
    }

    static let endpoint: UInt8 = 0x81
    private static let limit = Duration.seconds(5)

    let connection: any USBConnection

    func get(_ request: UInt8, value: UInt16, index: UInt16, length: UInt16) async throws(USBError) -> [UInt8] {
        try await connection.control(
            USBSetup(requestType: 0xA1, request: request, value: value << 8, index: index, readLength: length),
            data: [], timeout: Self.limit)
    }

    func set(value: UInt16, index: UInt16, _ data: [UInt8]) async throws(USBError) {
        _ = try await connection.control(
            USBSetup(requestType: 0x21, request: 1, value: value << 8, index: index), data: data, timeout: Self.limit)
    }

    /// Asks for a format and gives what the camera made of it.
    func probe(format: UInt8, frame: UInt8, interval: UInt32 = 666_666) async throws(USBError) -> [UInt8] {
        let asked = (0..<4).map { UInt8(interval >> (8 * UInt32($0)) & 0xFF) }
        let wish: [UInt8] = [1, 0, format, frame] + asked + [UInt8](repeating: 0, count: 26)
        try await set(value: 1, index: 1, wish)
        return try await get(0x81, value: 1, index: 1, length: 34)
    }

    func start(format: UInt8, frame: UInt8) async throws(USBError) {
        let agreed = try await probe(format: format, frame: frame)
        try await set(value: 2, index: 1, agreed)
    }

    /// Reads payloads up to the end of a picture.
    func picture() async throws -> Picture {
        var bytes: [UInt8] = []
        var first: (frameBit: Bool, time: UInt32)?
        while true {
            let payload = try await connection.read(upTo: 16_384, from: Self.endpoint, timeout: Self.limit)
            try #require(payload.count >= 6 && payload[0] == 6, "a payload without its header")
            let frameBit = payload[1] & 1 != 0
            let time = payload[2..<6].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            if let first {
                #expect(first == (frameBit, time), "a picture's payloads agree")
            } else {
                first = (frameBit, time)
            }
            bytes += payload.dropFirst(6)
            if payload[1] & 2 != 0 { return Picture(bytes: bytes, frameBit: frameBit, time: time) }
        }
    }
}
