import KioskModel
import Synchronization

@testable import CameraCapture

/// A camera that gives a picture, or ends, when a test says so; counts how often it was opened and closed.
final class ScriptedCamera: FrameSource {
    private struct State {
        var opened = 0
        var closed = 0
        var wasOpenTwice = false
        var refusal: Fault?
        var mailbox = FrameMailbox()
    }

    let identity = "scripted"
    let isSimulated = true
    private let state = Mutex(State())

    var opened: Int { state.withLock(\.opened) }
    var closed: Int { state.withLock(\.closed) }
    /// A device that is opened while it is open refuses.
    var wasOpenTwice: Bool { state.withLock(\.wasOpenTwice) }
    /// Whether somebody looks.
    var isAwaited: Bool { state.withLock { $0.mailbox }.isAwaited }

    func refuseToOpen(_ fault: Fault?) { state.withLock { $0.refusal = fault } }
    func give(_ frame: Frame) { state.withLock { $0.mailbox }.put(frame) }
    func end(_ fault: Fault) { state.withLock { $0.mailbox }.end(fault) }

    func probe() async -> Fault? { nil }

    func open() async throws(Fault) -> any FrameSession {
        let (refusal, mailbox) = state.withLock { state in
            guard state.refusal == nil else { return (state.refusal, state.mailbox) }
            if state.opened > state.closed { state.wasOpenTwice = true }
            state.opened += 1
            state.mailbox = FrameMailbox()
            return (nil, state.mailbox)
        }
        if let refusal { throw refusal }
        return Session(camera: self, mailbox: mailbox)
    }

    fileprivate func noteClosed() { state.withLock { $0.closed += 1 } }

    private struct Session: FrameSession {
        let camera: ScriptedCamera
        let mailbox: FrameMailbox
        let identity = "scripted"
        let isSimulated = true
        let isExhausted = false
        let skipped = 0

        func next(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
            try await mailbox.take(before: deadline)
        }

        func close() async {
            // As long as a driver takes, so that whoever opens too early meets an open device.
            try? await Task.sleep(for: .milliseconds(20))
            camera.noteClosed()
        }
    }
}
