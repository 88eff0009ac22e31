import CV4L2
import Foundation
import KioskModel
import KioskPlatform

/// One open camera that streams. Handed from thread to thread, used by one at a time.
final class V4L2Device: @unchecked Sendable {
    /// What a filled buffer brought.
    enum Arrival { case whole, damaged }

    private struct HeldBuffer {
        /// Nil where the driver has the buffer already.
        var index: UInt32?
        let pixels: UnsafeRawBufferPointer
        let taken: ContinuousClock.Instant
    }

    let descriptor: Int32
    let identity: String
    /// Made of software, or a laboratory's.
    let isSimulated: Bool
    let format: V4L2Format
    let counts = CaptureCounter()
    var automatics: CameraAutomatics { CameraAutomatics(descriptor: descriptor) }
    #if DEBUG
    private var kept: [UnsafeRawBufferPointer] = []
    #endif
    private var isClosed = false
    private var held: HeldBuffer?
    private var buffers: [(start: UnsafePointer<UInt8>, length: Int)] = []

    /// Drivers whose pictures come from software.
    private static let virtualDrivers: Set<String> = ["vivid", "vimc", "v4l2 loopback", "v4l2loopback", "akvcam"]

    /// Opens, checks, sets the format and starts streaming. Throws `faceNoCamera` or `faceCameraRefused`.
    init(
        path: String, choice: CameraChoice, allowsVirtual: Bool, prefers: V4L2FrameSource.Encoding = .yuyv
    ) throws(Fault) {
        let opened = cv4l2_open(path)
        guard opened >= 0 else { throw Self.gone("open \(path)") }
        do throws(Fault) {
            var found = cv4l2_identity()
            guard cv4l2_identify(opened, &found) == 0 else { throw Self.gone("VIDIOC_QUERYCAP") }
            let (driver, card, bus) = (Self.text(found.driver), Self.text(found.card), Self.text(found.bus))
            guard found.captures != 0 else { throw Fault(.faceNoCamera, "\(path) does not capture", device: "camera") }
            let isVirtual = Self.virtualDrivers.contains(driver)
            isSimulated = isVirtual || USBIdentity.isLaboratory(videoNode: path)
            guard !isVirtual || allowsVirtual else {
                throw Fault(.faceCameraRefused, "\(path) is made of software (\(driver))", device: "camera")
            }
            let ids = USBIdentity.of(videoNode: path)
            if let objection = choice.objection(to: ids, at: path) {
                throw Fault(.faceCameraRefused, objection, device: "camera")
            }
            identity = "v4l2:\(path) \(ids) (\(driver), \(card), \(bus))"
            format = try V4L2Format.choose(opened, prefers: prefers)
        } catch {
            cv4l2_close(opened)
            throw error
        }
        descriptor = opened
        // From here on deinit cleans up.
        _ = cv4l2_set_power_line(descriptor, 1)
        // Whoever had the camera before may have left them held.
        automatics.release()
        try startStreaming()
    }

    deinit { close() }

    /// Ends the stream and lets the camera go; the caller's thread waits for the driver. Nothing else follows it.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        cv4l2_stream(descriptor, 0)
        for buffer in buffers { cv4l2_unmap(buffer.start, buffer.length) }
        cv4l2_close(descriptor)
    }

    /// Holds the newest filled buffer in the place of the one before; the others go back to the driver.
    ///
    /// Nil where none is ready. One that the driver marks as damaged is not held. Throws `faceNoCamera` where the device
    /// is gone.
    func holdNewest() throws(Fault) -> Arrival? {
        var newest: cv4l2_filled?
        while true {
            var filled = cv4l2_filled()
            guard cv4l2_dequeue(descriptor, &filled) == 0 else {
                if errno == EAGAIN { break }
                throw Self.gone("VIDIOC_DQBUF")
            }
            if let older = newest { try queue(older.index) }
            newest = filled
            counts.add(sequence: filled.sequence)
        }
        guard let newest else { return nil }
        guard buffers.indices.contains(Int(newest.index)) else {
            throw Fault(.faceNoCamera, "the driver named buffer \(newest.index)", device: "camera")
        }
        try release()
        let buffer = buffers[Int(newest.index)]
        let pixels = UnsafeRawBufferPointer(start: buffer.start, count: min(newest.bytes, buffer.length))
        held = HeldBuffer(index: newest.index, pixels: pixels, taken: .now)
        #if DEBUG
        if PlantedBug.keepsBuffers {
            try release()
            held = PlantedBug.later(&kept, pixels, of: buffers.count).map { HeldBuffer(pixels: $0, taken: .now) }
            return .whole
        }
        #endif
        guard newest.damaged == 0 else {
            try release()
            return .damaged
        }
        return .whole
    }

    /// Gives the held picture to the body and then its buffer back to the driver; nil where none is held.
    ///
    /// The pixels are valid within the body alone. Throws `faceNoCamera` where the device is gone.
    func withHeld<Value>(
        _ body: (_ pixels: UnsafeRawBufferPointer, _ taken: ContinuousClock.Instant) -> Value
    ) throws(Fault) -> Value? {
        guard let held else { return nil }
        let value = body(held.pixels, held.taken)
        try release()
        return value
    }

    /// Gives every filled buffer back unseen: what comes next was taken from now on. Throws `faceNoCamera`.
    func skipFilled() throws(Fault) {
        try release()
        // The driver goes on filling: no more than there are.
        for _ in buffers {
            var filled = cv4l2_filled()
            guard cv4l2_dequeue(descriptor, &filled) == 0 else {
                if errno == EAGAIN { break }
                throw Self.gone("VIDIOC_DQBUF")
            }
            try queue(filled.index)
        }
        counts.restart()
    }

    private func release() throws(Fault) {
        guard let index = held.take()?.index else { return }
        try queue(index)
    }

    private func startStreaming() throws(Fault) {
        // Half a second of pictures at 15 a second, for when this thread is kept waiting.
        let count = cv4l2_request_buffers(descriptor, 8)
        guard count >= 2 else { throw Self.gone("VIDIOC_REQBUFS") }
        for index in 0..<UInt32(count) {
            var length = 0
            guard let start = cv4l2_map(descriptor, index, &length) else { throw Self.gone("mmap") }
            buffers.append((start, length))
            try queue(index)
        }
        guard cv4l2_stream(descriptor, 1) == 0 else { throw Self.gone("VIDIOC_STREAMON") }
    }

    private func queue(_ index: UInt32) throws(Fault) {
        guard cv4l2_queue(descriptor, index) == 0 else { throw Self.gone("VIDIOC_QBUF") }
    }

    private static func gone(_ call: String) -> Fault {
        Fault(.faceNoCamera, "\(SystemCallError(call))", device: "camera")
    }

    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
