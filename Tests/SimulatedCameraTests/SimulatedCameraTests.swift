import Foundation
import KioskPlatform
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

@Suite(.serialized) struct SimulatedCameraTests {
    @Test(.timeLimit(.minutes(1)))
    func `its descriptors are those of a video class camera with one bulk endpoint`() async throws {
        try await CameraBench.run { bench in
            let configuration = try await bench.open().configuration
            let control = try #require(configuration.interfaces.first { $0.number == 0 })
            let streaming = try #require(configuration.interfaces.first { $0.number == 1 })
            #expect(control.kind == USBInterfaceClass(interfaceClass: 0x0E, subclass: 1, interfaceProtocol: 0))
            #expect(streaming.kind == USBInterfaceClass(interfaceClass: 0x0E, subclass: 2, interfaceProtocol: 0))
            #expect(streaming.endpoints.map(\.address) == [0x81])
            // Each header says how long it is with all that it heads.
            for (descriptors, place) in [(control.classDescriptors, 5), (streaming.classDescriptors, 4)] {
                let header = try #require(descriptors.first)
                let total = Int(header[place]) | Int(header[place + 1]) << 8
                #expect(total == descriptors.reduce(0) { $0 + $1.count })
                #expect(descriptors.allSatisfy { Int($0[0]) == $0.count && $0[1] == 0x24 })
            }
            #expect(streaming.classDescriptors.map { $0[2] } == [1, 6, 7, 7, 0x0D, 4, 5, 5, 0x0D])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `probing gives what was asked for where the camera has it, and the nearest otherwise`() async throws {
        try await CameraBench.run { bench in
            let stream = VideoStream(connection: try await bench.open())
            let yuyv = try await stream.probe(format: 2, frame: 2)
            #expect(yuyv.count == 34)
            #expect(Array(yuyv[2..<4]) == [2, 2])
            #expect(Array(yuyv[18..<22]) == [0, 0x58, 0x02, 0], "320 × 240 × 2 bytes a frame")
            #expect(Array(yuyv[22..<26]) == [0, 0x40, 0, 0], "16 KiB a payload")
            let unknown = try await stream.probe(format: 9, frame: 200, interval: 1_000_000)
            #expect(Array(unknown[2..<8]) == [1, 1, 0x55, 0x58, 0x14, 0], "MJPEG at 7.5 frames a second")
            let length = try await stream.get(0x85, value: 1, index: 1, length: 2)
            #expect(length == [34, 0])
            #expect(!bench.camera.isStreaming)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a JPEG of the camera's size arrives byte for byte, with the frame bit changing each time`() async throws {
        try await CameraBench.run { bench in
            let jpeg = samplePicture(width: 640, height: 480, shade: 120, leftShade: 30)
            try AtomicFile.write(jpeg, to: bench.folder.file("1.jpg"))
            let stream = VideoStream(connection: try await bench.open())
            try await stream.start(format: 1, frame: 1)
            var pictures: [VideoStream.Picture] = []
            let began = ContinuousClock.now
            for _ in 0..<16 { pictures.append(try await stream.picture()) }
            let took = ContinuousClock.now - began
            #expect(pictures.allSatisfy { $0.bytes == jpeg })
            #expect(zip(pictures, pictures.dropFirst()).allSatisfy { $0.frameBit != $1.frameBit && $0.time < $1.time })
            // 15 intervals of 66.7 ms; the upper bound is for a busy machine.
            #expect(took > .milliseconds(900) && took < .seconds(4), "\(took)")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a YUYV frame is the picture, fitted in with grey beside it`() async throws {
        try await CameraBench.run { bench in
            // Square: 480 × 480 in the middle of 640 × 480.
            try AtomicFile.write(
                samplePicture(width: 960, height: 960, shade: 255, leftShade: 0), to: bench.folder.file("1.jpg"))
            let stream = VideoStream(connection: try await bench.open())
            try await stream.start(format: 2, frame: 1)
            let frame = try await stream.picture().bytes
            #expect(frame.count == 640 * 480 * 2)
            let row = 240 * 640 * 2
            let luma = [20, 100, 300, 340, 540, 620].map { Int(frame[row + $0 * 2]) }
            // Limited range: black 16, white 235, the grey of the bars 98.
            for (seen, wanted) in zip(luma, [98, 16, 16, 235, 235, 98]) { #expect(abs(seen - wanted) <= 3, "\(luma)") }
            #expect(abs(Int(frame[row + 601]) - 128) <= 2, "grey has no colour")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `another picture is seen soon after the folder changes; damaged ones are passed over`() async throws {
        try await CameraBench.run { bench in
            let (first, second) = (
                samplePicture(width: 640, height: 480, shade: 10), samplePicture(width: 640, height: 480, shade: 200)
            )
            let aside = TemporaryFolder("aside")
            try AtomicFile.write(second, to: aside.file("other.jpg"))
            try AtomicFile.write(first, to: bench.folder.file("1.jpg"))
            try AtomicFile.write(Array(first.prefix(300)), to: bench.folder.file("2.jpg"))
            try AtomicFile.write(Array("no picture".utf8), to: bench.folder.file("3.jpg"))
            let stream = VideoStream(connection: try await bench.open())
            try await stream.start(format: 1, frame: 2)
            let small = try await stream.picture().bytes
            #expect(small != first && small.starts(with: [0xFF, 0xD8]), "320 × 240 is made from it")
            try await stream.start(format: 1, frame: 1)
            #expect(try await stream.picture().bytes == first)
            try FileManager.default.removeItem(atPath: bench.folder.file("1.jpg"))
            try FileManager.default.createSymbolicLink(
                atPath: bench.folder.file("1.jpg"), withDestinationPath: aside.file("other.jpg"))
            var seen = false
            for _ in 0..<30 where !seen { seen = try await stream.picture().bytes == second }
            #expect(seen, "the link's picture is shown")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a host that is too slow for every picture still sees them in turn`() async throws {
        try await CameraBench.run { bench in
            for shade in [UInt8(10), 200] {
                try AtomicFile.write(
                    samplePicture(width: 640, height: 480, shade: shade), to: bench.folder.file("\(shade).jpg"))
            }
            let stream = VideoStream(connection: try await bench.open())
            try await stream.start(format: 1, frame: 1)
            var seen: [[UInt8]] = []
            for _ in 0..<8 {
                seen.append(try await stream.picture().bytes)
                let dropped = bench.camera.droppedPictures
                await expectEventually { bench.camera.droppedPictures > dropped }
            }
            #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 != $1 })
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an empty folder shows an empty room`() async throws {
        try await CameraBench.run { bench in
            let stream = VideoStream(connection: try await bench.open())
            try await stream.start(format: 2, frame: 2)
            let frame = try await stream.picture().bytes
            #expect(frame.count == 320 * 240 * 2)
            #expect(frame[0] > frame[frame.count - 2], "the wall is brighter than the floor")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `clearing the halt ends the stream, and a new one begins with a whole picture`() async throws {
        try await CameraBench.run { bench in
            let jpeg = samplePicture(width: 640, height: 480, shade: 90, leftShade: 200)
            try AtomicFile.write(jpeg, to: bench.folder.file("1.jpg"))
            let connection = try await bench.open()
            let stream = VideoStream(connection: connection)
            try await stream.start(format: 2, frame: 1)
            // One payload of many: the picture is left in the middle.
            _ = try await connection.read(upTo: 16_384, from: VideoStream.endpoint, timeout: .seconds(5))
            try await connection.clearHalt(VideoStream.endpoint)
            #expect(!bench.camera.isStreaming)
            try await stream.start(format: 1, frame: 1)
            #expect(try await stream.picture().bytes == jpeg)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a frozen camera answers and sends nothing, and goes on when it is thawed`() async throws {
        try await CameraBench.run { bench in
            let connection = try await bench.open()
            let stream = VideoStream(connection: connection)
            try await stream.start(format: 1, frame: 1)
            _ = try await stream.picture()
            bench.camera.freeze()
            try await expectEventually { [camera = bench.camera] in
                let before = camera.sentPictures
                try await Task.sleep(for: .milliseconds(200))
                return camera.sentPictures == before
            }
            #expect(try await stream.get(0x85, value: 1, index: 1, length: 2) == [34, 0])
            bench.camera.thaw()
            _ = try await stream.picture()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `unplugged while it streams, the transfer ends at once, and the camera works when it is back`() async throws {
        try await CameraBench.run { bench in
            let connection = try await bench.open()
            let stream = VideoStream(connection: connection)
            try await stream.start(format: 1, frame: 1)
            _ = try await stream.picture()
            bench.camera.freeze()
            let reading = Task {
                while true { _ = try await connection.read(upTo: 16_384, from: 0x81, timeout: .seconds(20)) }
            }
            await bench.server.unplug(CameraBench.busID)
            let began = ContinuousClock.now
            let result = await reading.result
            #expect(ContinuousClock.now - began < .seconds(2))
            if case .success = result { Issue.record("reading went on without a camera") }
            await bench.server.plug(bench.camera, at: CameraBench.busID)
            let again = VideoStream(connection: try await bench.open(after: connection.device.generation))
            #expect(!bench.camera.isStreaming)
            try await again.start(format: 1, frame: 1)
            _ = try await again.picture()
        }
    }
}
