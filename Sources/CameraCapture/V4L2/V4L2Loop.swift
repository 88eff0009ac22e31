import Foundation
import KioskModel
import KioskPlatform

/// The camera thread's work: waits, holds the newest picture, decodes it when a reader asks, watches for a stall.
///
/// Where nobody has asked for a while the camera goes on, and its pictures stay with the driver: once every buffer is
/// full it drops them, and nobody wakes up. Whoever then asks gets the first picture that is taken from then on.
struct V4L2Loop: Sendable {
    let device: V4L2Device
    let mailbox: FrameMailbox
    let stop: WakeEvent
    /// Signalled when a reader begins to wait.
    let asked: WakeEvent
    let damaged: DamageCount

    /// A camera's first pictures are none.
    private static let settling = 5
    private static let stall = Duration.seconds(2)
    private static let mostDamagedInARow = 60
    /// Without a reader for so long pictures stay with the driver.
    private static let patience = Duration.seconds(2)
    /// How often a parked camera is asked whether it is still there, in milliseconds: not every kernel says so.
    private static let parkedCheck: Int32 = 2000

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
        var (lastAwaited, whole) = (last, 0)
        // Those that the driver marks, and those that are found when they are decoded.
        var (marked, undecodable) = (0, 0)
        var hold = AutomaticsHold(opened: last)
        while true {
            let isAwaited = mailbox.isAwaited
            if isAwaited { lastAwaited = .now }
            let isParked = !isAwaited && whole > Self.settling && lastAwaited + Self.patience < .now
            if isParked { carry(out: hold.end()) }
            let ready = try wait(parked: isParked, stalledAt: last + Self.stall)
            if ready.stop { return }
            // Before it is asked whether somebody waits: who comes between shows in the next round.
            if ready.asked { asked.clear() }
            if isParked {
                guard ready.asked else { continue }
                try device.skipFilled()
                (last, lastAwaited) = (.now, .now)
                continue
            }
            let arrival = ready.device ? try device.holdNewest() : nil
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
            if hold.needsBrightness(of: whole, at: .now) {
                carry(out: hold.note(brightness: frame.brightness, of: whole))
            }
            mailbox.put(frame)
        }
    }

    /// Waits for the device, a reader or the end; where parked, for a picture no more.
    private func wait(
        parked isParked: Bool, stalledAt limit: ContinuousClock.Instant
    ) throws(Fault) -> (device: Bool, stop: Bool, asked: Bool) {
        let wanted = Int16(POLLIN)
        var watched = [
            pollfd(fd: device.descriptor, events: isParked ? 0 : wanted, revents: 0),
            pollfd(fd: stop.descriptor, events: wanted, revents: 0),
            pollfd(fd: asked.descriptor, events: wanted, revents: 0),
        ]
        let left = limit - .now
        let soon = left > .zero ? Int32(left.components.seconds * 1000 + 1000) : 0
        let ready = poll(&watched, 3, isParked ? Self.parkedCheck : soon)
        if ready < 0 {
            guard errno == EINTR else {
                throw Fault(.internalError, "\(SystemCallError("poll"))", device: "camera")
            }
            return (false, false, false)
        }
        let seen = Int32(watched[0].revents)
        if watched[1].revents == 0, seen & POLLIN == 0, seen & (POLLERR | POLLHUP | POLLNVAL) != 0 {
            throw Fault(.faceNoCamera, "the camera went away", device: "camera")
        }
        return (seen & POLLIN != 0, watched[1].revents != 0, watched[2].revents != 0)
    }

    private func carry(out act: AutomaticsHold.Act) {
        switch act {
        case .nothing: break
        case .hold: device.automatics.hold()
        case .release: device.automatics.release()
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

extension Frame {
    /// The mean grey of some thousand pixels, 0–255.
    var brightness: Double {
        let step = max(3, bgr.count / 4096 / 3 * 3) + 1
        let values = stride(from: 0, to: bgr.count, by: step)
        let sum = values.reduce(0) { $0 + Int(bgr[$1]) }
        return Double(sum) / Double(max(1, (bgr.count + step - 1) / step))
    }
}
