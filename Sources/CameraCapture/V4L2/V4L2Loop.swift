import Foundation
import KioskModel
import KioskPlatform

/// The camera thread's work: waits, holds the newest picture, decodes it when a reader asks, watches for a stall.
///
/// A camera that is only kept warm costs no decoding.
struct V4L2Loop: Sendable {
    let device: V4L2Device
    let mailbox: FrameMailbox
    let stop: WakeEvent
    /// Signalled when a reader begins to wait.
    let asked: WakeEvent
    let damaged: DamageCount

    /// Exposure and white balance settle in the first pictures.
    private static let settling = 5
    private static let stall = Duration.seconds(2)
    private static let mostDamagedInARow = 60

    func run() {
        let end: Fault
        do throws(Fault) {
            try capture()
            end = Fault(.faceTimeout, "the camera was closed", device: "camera")
        } catch {
            end = error
        }
        mailbox.end(end)
        // Here and not when the last reference goes: whoever waits for the end may open the camera again.
        device.close()
    }

    /// Returns when it is told to stop.
    private func capture() throws(Fault) {
        guard stop.descriptor >= 0, asked.descriptor >= 0 else {
            throw Fault(.internalError, "no eventfd", device: "camera")
        }
        var last = ContinuousClock.now
        var whole = 0
        // Those that the driver marks, and those that are found when they are decoded.
        var (marked, undecodable) = (0, 0)
        while true {
            var watched = [device.descriptor, stop.descriptor, asked.descriptor].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            let left = last + Self.stall - .now
            let ready = poll(&watched, 3, left > .zero ? Int32(left.components.seconds * 1000 + 1000) : 0)
            if ready < 0, errno == EINTR { continue }
            if watched[1].revents != 0 { return }
            guard ready >= 0 else { throw Fault(.internalError, "\(SystemCallError("poll"))", device: "camera") }
            // Before it is asked whether somebody waits: who comes between shows in the next round.
            if watched[2].revents != 0 { asked.clear() }
            let seen = Int32(watched[0].revents)
            if seen & POLLIN == 0, seen & (POLLERR | POLLHUP | POLLNVAL) != 0 {
                throw Fault(.faceNoCamera, "the camera went away", device: "camera")
            }
            let arrival = seen & POLLIN == 0 ? nil : try device.holdNewest()
            switch arrival {
            case nil:
                guard last + Self.stall > .now else {
                    throw Fault(.faceCameraStalled, "no picture for \(Self.stall)", device: "camera")
                }
            case .damaged:
                last = .now
                try note(damagedInARow: &marked)
            case .whole:
                (last, marked) = (.now, 0)
                whole += 1
            }
            guard whole > Self.settling, mailbox.isAwaited, let decoded = try device.withHeld(decode) else { continue }
            guard let frame = decoded else {
                try note(damagedInARow: &undecodable)
                continue
            }
            undecodable = 0
            device.counts.addDecoded()
            mailbox.put(frame)
        }
    }

    private func note(damagedInARow count: inout Int) throws(Fault) {
        damaged.add()
        count += 1
        guard count < Self.mostDamagedInARow else {
            throw Fault(.faceFrameCorrupt, "\(count) damaged pictures in a row", device: "camera")
        }
    }

    private func decode(_ pixels: UnsafeRawBufferPointer, _ taken: ContinuousClock.Instant) -> Frame? {
        try? device.format.decode(pixels, taken: taken)
    }
}
