import Foundation
import KioskModel
import KioskPlatform
import Synchronization

/// One scan's pictures from a camera: a thread waits for the device, for readers and for the end; the newest picture
/// wins, and is decoded when it is asked for.
public final class V4L2Session: FrameSession {
    public let identity: String
    public let isSimulated: Bool
    public let isExhausted = false

    private let mailbox: FrameMailbox
    private let stop: WakeEvent
    private let damaged = DamageCount()
    private let counter: CaptureCounter
    private let capture: Task<Void, Never>

    init(_ device: V4L2Device) {
        identity = device.identity
        isSimulated = device.isSimulated
        counter = device.counts
        let (stop, asked) = (WakeEvent(), WakeEvent())
        mailbox = FrameMailbox { asked.signal() }
        self.stop = stop
        let loop = V4L2Loop(device: device, mailbox: mailbox, stop: stop, asked: asked, damaged: damaged)
        capture = Task { try? await onOwnThread("camera") { loop.run() } }
    }

    deinit { stop.signal() }

    public var skipped: Int { damaged.value }
    public var counts: CaptureCounts { counter.value }

    public func next(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
        try await mailbox.take(before: deadline)
    }

    /// Returns when the device is closed, so that it can be opened again.
    public func close() async {
        stop.signal()
        await capture.value
    }
}

final class DamageCount: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}
