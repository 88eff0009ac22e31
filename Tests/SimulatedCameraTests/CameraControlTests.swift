import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

/// The camera's settings, and requests that no camera has to answer.
@Suite(.serialized) struct CameraControlTests {
    @Test(.timeLimit(.minutes(1)))
    func `brightness is read, changed within its limits, and refused beyond them with the reason`() async throws {
        try await CameraBench.run { bench in
            let stream = VideoStream(connection: try await bench.open())
            #expect(try await stream.get(0x82, value: 2, index: 0x0200, length: 2) == [0xC0, 0xFF], "-64")
            #expect(try await stream.get(0x83, value: 2, index: 0x0200, length: 2) == [64, 0])
            try await stream.set(value: 2, index: 0x0200, [0xF6, 0xFF])
            #expect(try await stream.get(0x81, value: 2, index: 0x0200, length: 2) == [0xF6, 0xFF])
            await refused { () async throws(USBError) in try await stream.set(value: 2, index: 0x0200, [65, 0]) }
            #expect(try await stream.get(0x81, value: 2, index: 0, length: 1) == [4], "out of range")
            #expect(try await stream.get(0x81, value: 2, index: 0x0200, length: 2) == [0xF6, 0xFF])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `auto exposure takes one of its modes alone, and the mains frequency is 50 or 60 Hz or off`() async throws {
        try await CameraBench.run { bench in
            let stream = VideoStream(connection: try await bench.open())
            #expect(try await stream.get(0x84, value: 2, index: 0x0100, length: 1) == [9])
            try await stream.set(value: 2, index: 0x0100, [1])
            for mode: UInt8 in [0, 2, 9] {
                await refused { () async throws(USBError) in try await stream.set(value: 2, index: 0x0100, [mode]) }
            }
            try await stream.set(value: 5, index: 0x0200, [1])
            await refused { () async throws(USBError) in try await stream.set(value: 5, index: 0x0200, [3]) }
            #expect(try await stream.get(0x81, value: 5, index: 0x0200, length: 1) == [1])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `requests that make no sense are refused, and the stream works after them`() async throws {
        try await CameraBench.run { bench in
            let stream = VideoStream(connection: try await bench.open())
            for length in [0, 1, 25, 49, 4096] {
                await refused { () async throws(USBError) in
                    try await stream.set(value: 2, index: 1, [UInt8](repeating: 0xFF, count: length))
                }
            }
            // Unknown selectors, units, interfaces and requests.
            for (request, value, index) in [
                (UInt8(0x81), UInt16(7), UInt16(1)), (0x81, 9, 0x0200), (0x81, 2, 0x0900), (0x81, 1, 5), (0x99, 1, 1),
                (0x82, 2, 1),
            ] {
                await refused { () async throws(USBError) in
                    _ = try await stream.get(request, value: value, index: index, length: 34)
                }
            }
            #expect(!bench.camera.isStreaming)
            // All ones: no such format; the camera says what it has.
            try await stream.set(value: 1, index: 1, [UInt8](repeating: 0xFF, count: 34))
            try await stream.start(format: 1, frame: 1)
            _ = try await stream.picture()
        }
    }

    private func refused(_ body: () async throws(USBError) -> Void) async {
        do throws(USBError) {
            try await body()
            Issue.record("the request was taken")
        } catch {
            #expect(error == .stall)
        }
    }
}
