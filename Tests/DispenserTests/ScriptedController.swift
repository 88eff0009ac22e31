import DispenserKit
import SimulatedDevices
import Synchronization
import USBTransport

/// A controller at the wire that answers every frame as a test tells it: for answers that the real one never gives.
final class ScriptedController: SimulatedUSBDevice {
    typealias Answer = @Sendable (Frame) -> [Reply]

    let deviceDescriptor: [UInt8]
    let configurationDescriptor: [UInt8]
    let strings: [String]
    private let answer: Answer
    private let decoder = Mutex(FrameDecoder())
    private let output = SimulatedEndpointQueue()

    init(_ answer: @escaping Answer) {
        self.answer = answer
        var builder = USBDescriptorBuilder(productID: 0x0099, product: "Scripted controller", serial: "S-1")
        builder.addInterface(
            number: 0, kind: USBInterfaceClass(interfaceClass: 0x02, subclass: 0x02, interfaceProtocol: 1),
            endpoints: [.interrupt(0x83)])
        builder.addInterface(
            number: 1, kind: USBInterfaceClass(interfaceClass: 0x0A, subclass: 0, interfaceProtocol: 0),
            endpoints: [.bulk(0x04), .bulk(0x85)])
        deviceDescriptor = builder.deviceDescriptor
        configurationDescriptor = builder.configurationDescriptor
        strings = builder.strings
    }

    func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? { nil }

    func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        let frames = decoder.withLock { decoder in
            bytes.compactMap { byte in (try? decoder.push(byte)).flatMap { $0 } }
        }
        for frame in frames {
            for reply in answer(frame) {
                let wire = reply.frame(sequence: frame.sequence).encoded()
                output.push((0..<wire.count).compactMap { wire.byte(at: $0) })
            }
        }
        return .done([])
    }

    func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        await output.next(upTo: length)
    }

    func attached() async {}
    func detached() async {}
}
