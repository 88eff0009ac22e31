import Foundation
import KioskModel
import KioskPlatform

/// The camera thread's work: waits, takes the newest picture, decodes it, watches for a stall.
struct V4L2Loop: Sendable {
    let device: V4L2Device
    let mailbox: FrameMailbox
    let stop: StopEvent
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
        guard stop.descriptor >= 0 else { throw Fault(.internalError, "no eventfd", device: "camera") }
        var last = ContinuousClock.now
        var toSettle = Self.settling
        var damagedInARow = 0
        while true {
            var watched = [
                pollfd(fd: device.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let left = last + Self.stall - .now
            let ready = poll(&watched, 2, left > .zero ? Int32(left.components.seconds * 1000 + 1000) : 0)
            if ready < 0, errno == EINTR { continue }
            if watched[1].revents != 0 { return }
            guard ready >= 0 else { throw Fault(.internalError, "\(SystemCallError("poll"))", device: "camera") }
            let seen = Int32(watched[0].revents)
            if seen & POLLIN == 0, seen & (POLLERR | POLLHUP | POLLNVAL) != 0 {
                throw Fault(.faceNoCamera, "the camera went away", device: "camera")
            }
            // A camera that is only kept warm costs no decoding: what was taken before a scan is not shown to it.
            let isWanted = toSettle > 0 || mailbox.isWanted
            var picture: Picture?
            if seen & POLLIN != 0 {
                picture = try device.withNewest { pixels, isDamaged in
                    isWanted || isDamaged ? decode(pixels, isDamaged: isDamaged) : .passed
                }
            }
            guard let picture else {
                guard last + Self.stall > .now else {
                    throw Fault(.faceCameraStalled, "no picture for \(Self.stall)", device: "camera")
                }
                continue
            }
            last = .now
            switch picture {
            case .passed: break
            case .damaged:
                damaged.add()
                damagedInARow += 1
                guard damagedInARow < Self.mostDamagedInARow else {
                    throw Fault(.faceFrameCorrupt, "\(damagedInARow) damaged pictures in a row", device: "camera")
                }
            case .good(let frame):
                damagedInARow = 0
                if toSettle > 0 { toSettle -= 1 } else { mailbox.put(frame) }
            }
        }
    }

    private enum Picture {
        case good(Frame)
        case damaged
        /// Nobody wanted it.
        case passed
    }

    private func decode(_ pixels: UnsafeRawBufferPointer, isDamaged: Bool) -> Picture {
        guard !isDamaged, let frame = try? device.format.decode(pixels) else { return .damaged }
        return .good(frame)
    }
}
