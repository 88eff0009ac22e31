import Synchronization
import USBTransport

/// A bus whose ports can be reset and switched, which USB/IP has no message for: what a test does to its device instead.
public final class SwitchedPortHost: USBHost, USBPortRecovery {
    private let bus: any USBHost
    private let reset: @Sendable () async throws(USBError) -> Void
    private let power: @Sendable () async -> Void
    private let log = Mutex<[String]>([])
    private let refusals = Mutex(0)
    private let held = Mutex<(gate: AsyncStream<Void>, opener: AsyncStream<Void>.Continuation, waiting: Int)?>(nil)

    /// `reset` and `power` act on the test's only device, most often by a true replug.
    public init(
        _ bus: any USBHost, reset: @escaping @Sendable () async throws(USBError) -> Void,
        power: @escaping @Sendable () async -> Void
    ) {
        self.bus = bus
        self.reset = reset
        self.power = power
    }

    /// What was done to the port, in order.
    public var done: [String] { log.withLock(\.self) }
    /// Openings that are still to fail.
    public var openingsToFail: Int { refusals.withLock(\.self) }
    public var portRecovery: (any USBPortRecovery)? { self }

    /// The next so many openings fail, though the device is there.
    public func failOpenings(_ count: Int) { refusals.withLock { $0 = count } }

    /// The next opening, one, waits until `releaseOpening`.
    public func holdOpening() {
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        held.withLock { $0 = (gate, opener, 0) }
    }

    public var holdsOpening: Bool { held.withLock { ($0?.waiting ?? 0) > 0 } }

    public func releaseOpening() {
        held.withLock { held in
            defer { held = nil }
            return held?.opener
        }?.finish()
    }

    public func devices() async throws(USBError) -> [USBDeviceInfo] { try await bus.devices() }
    public func events() async -> AsyncStream<USBHostEvent> { await bus.events() }

    public func open(_ device: USBDeviceInfo) async throws(USBError) -> any USBConnection {
        let fails = refusals.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if fails { throw .failed("it can't be opened") }
        let gate = held.withLock { held in
            held?.waiting += 1
            return held?.gate
        }
        if let gate { for await _ in gate {} }
        return try await bus.open(device)
    }

    public func shutdown() async {}

    public func resetPort(of connection: any USBConnection) async throws(USBError) {
        log.withLock { $0.append("reset") }
        try await reset()
    }

    public func resetPort(of device: USBDeviceInfo) async throws(USBError) {
        log.withLock { $0.append("reset") }
        try await reset()
    }

    public func cyclePower(ofPort path: String) async throws(USBError) {
        log.withLock { $0.append("power") }
        await power()
    }
}
