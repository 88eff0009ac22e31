import KioskPlatform
import USBTransport

/// One imported device's connection: reads its messages on a thread of its own and hands them to the port in order.
struct USBIPSession: Sendable {
    /// The most messages that may wait for the port before the host is taken for broken.
    private static let backlog = 4096

    let stream: SocketStream
    let outbox: USBIPOutbox

    /// Serves until either side ends it. The port is free again when this returns.
    func run(on port: USBIPPort) async {
        guard let session = await port.attach(outbox) else {
            outbox.send(USBIPOperationHeader(code: .replyImport, status: .notAvailable).encoded)
            return
        }
        let (messages, feed) = AsyncStream.makeStream(
            of: (USBIPMessage, [UInt8]).self, bufferingPolicy: .bufferingOldest(Self.backlog))
        let reading = Task {
            try? await onOwnThread("usbip-serve") {
                defer { feed.finish() }
                while true {
                    let message = try USBIPMessage(decoding: stream.read(exactly: USBIPWire.headerLength))
                    var data: [UInt8] = []
                    if case .submit(let submit) = message, !submit.isDeviceToHost, submit.length > 0 {
                        data = try stream.read(exactly: submit.length)
                    }
                    guard case .enqueued = feed.yield((message, data)) else { return }
                }
            }
        }
        for await (message, data) in messages {
            switch message {
            case .submit(let submit): await port.submit(submit, data: data, session: session)
            case .unlink(let sequence, _, let target):
                await port.unlink(target, sequence: sequence, session: session)
            // A host that sends answers is no host. The port is let go first, as with every end.
            case .submitted, .unlinked: feed.finish()
            }
        }
        await port.detach(session)
        outbox.finish()
        await reading.value
    }
}
