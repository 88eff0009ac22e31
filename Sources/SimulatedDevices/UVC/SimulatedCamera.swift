import Synchronization
import USBTransport

/// A camera of USB Video Class 1.1 that shows the pictures of a folder: MJPEG and YUYV over one bulk endpoint.
///
/// A JPEG of the stream's size goes out as it is; others are fitted in. An empty folder shows an empty room. Pictures
/// that the host has not fetched when the next ones are due are dropped, as a camera does it.
public final class SimulatedCamera: SimulatedUSBDevice {
    public static let productID: UInt16 = 0x0006

    private struct State {
        var probe = UVCStreamSettings()
        var controls = UVCControlBank()
        var refusal = UVCControlBank.Refusal.none
        var stream: Task<Void, Never>?
        /// Counts streams: a picture of an earlier one is not sent.
        var streamNumber: UInt64 = 0
        var frameBit = false
        var isFrozen = false
        var sent = 0
        var dropped = 0
    }

    private enum Selector {
        static let refusal: UInt8 = 2
        static let probe: UInt8 = 1
        static let commit: UInt8 = 2
    }

    public let deviceDescriptor: [UInt8]
    public let configurationDescriptor: [UInt8]
    public let strings: [String]
    private let state = Mutex(State())
    private let pictures: CameraFolder
    private let video = SimulatedEndpointQueue()
    private let began = ContinuousClock.now

    public init(folder: String, serial: String = "LAB-CAMERA-1") {
        let builder = UVCDescriptors.build(productID: Self.productID, serial: serial)
        deviceDescriptor = builder.deviceDescriptor
        configurationDescriptor = builder.configurationDescriptor
        strings = builder.strings
        pictures = CameraFolder(folder)
    }

    /// Whether a host has it stream.
    public var isStreaming: Bool { state.withLock { $0.stream != nil } }
    /// Pictures given to the wire since it was plugged in.
    public var sentPictures: Int { state.withLock(\.sent) }
    /// Pictures that the host was too slow for.
    public var droppedPictures: Int { state.withLock(\.dropped) }

    /// Stays on the bus and answers, but sends no more pictures; until `thaw` or until it is plugged in anew.
    public func freeze() { state.withLock { $0.isFrozen = true } }
    public func thaw() { state.withLock { $0.isFrozen = false } }

    // MARK: Requests

    public func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? {
        guard setup.requestType & 0x7F == 0x21 else { return nil }
        let (unit, interface) = (UInt8(setup.index >> 8), UInt8(setup.index & 0xFF))
        let selector = UInt8(setup.value >> 8)
        let isRead = setup.requestType & 0x80 != 0
        // The direction of a request is also its code's highest bit.
        guard isRead == (setup.request & 0x80 != 0) else { return refuse(.invalidRequest) }
        let answer: [UInt8]?
        switch (interface, unit) {
        case (UVCDescriptors.videoStreaming, 0):
            answer = streaming(setup.request, selector, data)
        case (UVCDescriptors.videoControl, 0):
            guard selector == Selector.refusal, setup.request == UVCControlBank.Request.getCurrent else {
                return refuse(.invalidControl)
            }
            return [state.withLock(\.refusal.rawValue)]
        case (UVCDescriptors.videoControl, _):
            answer = setting(setup.request, unit, selector, data)
        default: answer = refuse(.invalidControl)
        }
        return answer.map { Array($0.prefix(Int(setup.length))) }
    }

    public func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult { .stall }

    public func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        endpoint == UVCDescriptors.endpoint ? await video.next(upTo: length) : .stall
    }

    public func attached() async { reset() }
    public func detached() async { reset() }

    /// A host ends a bulk stream by clearing the endpoint's halt: UVC has no other word for it.
    public func haltCleared(_ endpoint: UInt8) async -> Bool {
        guard endpoint == UVCDescriptors.endpoint else { return false }
        stop()
        return true
    }

    private func setting(_ request: UInt8, _ unit: UInt8, _ selector: UInt8, _ data: [UInt8]) -> [UInt8]? {
        state.withLock { state in
            do throws(UVCControlBank.Refusal) {
                let answer = try state.controls.answer(request: request, unit: unit, selector: selector, data: data)
                state.refusal = .none
                return answer
            } catch {
                state.refusal = error
                return nil
            }
        }
    }

    private func streaming(_ request: UInt8, _ selector: UInt8, _ data: [UInt8]) -> [UInt8]? {
        guard selector == Selector.probe || selector == Selector.commit else { return refuse(.invalidControl) }
        switch request {
        case UVCControlBank.Request.setCurrent:
            guard let settings = UVCStreamSettings(negotiating: data) else { return refuse(.invalidRequest) }
            state.withLock { $0.probe = settings }
            if selector == Selector.commit { start(settings) }
            return []
        case UVCControlBank.Request.getCurrent: return state.withLock(\.probe.encoded)
        case UVCControlBank.Request.getDefault, UVCControlBank.Request.getMinimum, UVCControlBank.Request.getMaximum:
            return selector == Selector.probe ? probeLimit(request) : refuse(.invalidRequest)
        case UVCControlBank.Request.getLength: return [UInt8(UVCStreamSettings.length), 0]
        case UVCControlBank.Request.getInformation: return [0x03]
        default: return refuse(.invalidRequest)
        }
    }

    /// The default, and the limits of what was probed last.
    private func probeLimit(_ request: UInt8) -> [UInt8] {
        request == UVCControlBank.Request.getDefault ? UVCStreamSettings().encoded : state.withLock(\.probe.encoded)
    }

    private func refuse(_ refusal: UVCControlBank.Refusal) -> [UInt8]? {
        state.withLock { $0.refusal = refusal }
        return nil
    }

    // MARK: The stream

    private func start(_ settings: UVCStreamSettings) {
        stop()
        let interval = Duration.nanoseconds(Int64(settings.interval) * 100)
        state.withLock { state in
            let number = state.streamNumber
            state.stream = Task { [weak self, pictures] in
                var due = ContinuousClock.now
                while !Task.isCancelled {
                    guard let picture = await pictures.next(settings) else { return }
                    if self?.give(picture, number) == true { await pictures.advance() }
                    // Late by half a second: what was missed is not made up for.
                    due = max(due + interval, .now - .milliseconds(500))
                    try? await Task.sleep(until: due, tolerance: .zero, clock: .continuous)
                }
            }
        }
    }

    private func stop() {
        state.withLock { state in
            state.stream?.cancel()
            state.stream = nil
            state.streamNumber += 1
            video.removeAll()
        }
    }

    private func reset() {
        stop()
        state.withLock { $0 = State(streamNumber: $0.streamNumber) }
    }

    /// Whether the picture went out.
    private func give(_ picture: [UInt8], _ number: UInt64) -> Bool {
        let (seconds, attoseconds) = (ContinuousClock.now - began).components
        let microseconds = seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000
        return state.withLock { state in
            guard state.streamNumber == number, !state.isFrozen else { return false }
            let payloads = UVCPayload.cut(
                picture, frameBit: state.frameBit, time: UInt32(truncatingIfNeeded: microseconds))
            // One picture may wait while the one before it is fetched.
            guard video.count <= payloads.count else {
                state.dropped += 1
                return false
            }
            for payload in payloads { video.push(payload) }
            state.frameBit.toggle()
            state.sent += 1
            return true
        }
    }
}
