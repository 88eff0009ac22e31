import SimulatedDevices
import Testing
import USBTransport

extension USBSuites {
    /// A device that lies about itself is refused when it is opened, and others are still served.
    @Suite struct LyingDeviceContract {
        struct Lie: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let device: @Sendable ([UInt8]) -> [UInt8]
            let configuration: @Sendable ([UInt8]) -> [UInt8]

            init(
                _ name: String, device: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 },
                configuration: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }
            ) {
                testDescription = name
                self.device = device
                self.configuration = configuration
            }

            static func at(_ name: String, _ index: Int, _ value: UInt8) -> Lie {
                Lie(
                    name,
                    configuration: { bytes in
                        var bytes = bytes
                        bytes[index] = value
                        return bytes
                    })
            }
        }

        static let lies: [Lie] = [
            Lie("device descriptor cut short", device: { Array($0.dropLast(2)) }),
            Lie("device without configuration", device: { Array($0.dropLast()) + [0] }),
            Lie("empty configuration", configuration: { _ in [] }),
            Lie("configuration cut short", configuration: { Array($0.dropLast(3)) }),
            .at("configuration of another kind", 1, 4),
            .at("total length too small", 2, 9),
            .at("total length too large", 3, 0xFF),
            .at("interface count too large", 4, 2),
            .at("interface descriptor of length 0", 9, 0),
            .at("interface descriptor past the end", 9, 0xFF),
            .at("endpoint count too small", 13, 4),
            .at("endpoint count too large", 13, 6),
            .at("endpoint descriptor of length 1", 18, 1),
            .at("endpoint 0", 20, 0x80),
            .at("endpoint address twice", 27, 0x01),
            .at("packet size 0", 23, 0),
        ]

        @Test(.timeLimit(.minutes(1)), arguments: lies)
        func `a device that lies is refused with what it lied about`(lie: Lie) async throws {
            try await USBBench.run(.usbip) { bench in
                let honest = EchoDevice()
                let liar = EchoDevice(
                    deviceDescriptor: lie.device(honest.deviceDescriptor),
                    configurationDescriptor: lie.configuration(honest.configurationDescriptor))
                try await bench.plug(liar)
                let found = try await bench.arrival()
                let error = await usbError { () throws(USBError) in try await bench.host.open(found) }
                guard case .badDescriptor(let text) = error else {
                    Issue.record("ended with \(String(describing: error))")
                    return
                }
                #expect(!text.isEmpty)
                try await bench.plug(honest)
                let device = try await bench.host.open(bench.arrival(after: found.generation))
                try await device.claim(interface: 0)
                #expect(try await device.write([1], to: 0x03, timeout: .seconds(20)) == 1)
            }
        }
    }
}
