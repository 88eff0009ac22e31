/// The streams that a host has handed out.
struct USBEventStreams {
    /// Events are hints, and `devices()` is the truth: a listener that sleeps loses the oldest.
    private static let backlog = 256

    private var continuations: [UInt64: AsyncStream<USBHostEvent>.Continuation] = [:]
    private var counter: UInt64 = 0

    /// A new stream that begins with an arrival for each device that is there.
    mutating func open(with present: [USBDeviceInfo]) -> AsyncStream<USBHostEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: USBHostEvent.self, bufferingPolicy: .bufferingNewest(Self.backlog))
        for device in present { continuation.yield(.arrived(device)) }
        counter += 1
        continuations[counter] = continuation
        return stream
    }

    /// Tells every listener; those that have gone are forgotten.
    mutating func send(_ event: USBHostEvent) {
        for (key, continuation) in continuations {
            if case .terminated = continuation.yield(event) { continuations[key] = nil }
        }
    }

    mutating func finish() {
        for continuation in continuations.values { continuation.finish() }
        continuations = [:]
    }
}
