import KioskModel
import KioskTestSupport
import Testing

@testable import CameraCapture

private func frame(_ value: UInt8) throws -> Frame {
    try #require(Frame(width: 1, height: 1, bgr: [value, value, value]))
}

@Suite(.timeLimit(.minutes(1)))
struct FrameMailboxTests {
    private var soon: ContinuousClock.Instant { .now + .seconds(10) }

    @Test func `the newest picture wins, and is given once`() async throws {
        let mailbox = FrameMailbox()
        mailbox.put(try frame(1))
        mailbox.put(try frame(2))
        #expect(try await mailbox.take(before: soon).bgr == [2, 2, 2])
        let fault = await #expect(throws: Fault.self) { try await mailbox.take(before: .now + .milliseconds(10)) }
        #expect(fault?.code == .faceTimeout)
    }

    @Test func `a waiting reader gets the next picture`() async throws {
        let mailbox = FrameMailbox()
        let picture = try frame(3)
        async let taken = mailbox.take(before: soon)
        mailbox.put(picture)
        #expect(try await taken.bgr == [3, 3, 3])
    }

    @Test func `an end reaches a waiting reader, and every later one`() async throws {
        let mailbox = FrameMailbox()
        let waiting = Task { [soon] in try await mailbox.take(before: soon) }
        mailbox.end(Fault(.faceNoCamera))
        mailbox.end(Fault(.faceTimeout))
        mailbox.put(try frame(4))
        let first = await #expect(throws: Fault.self) { _ = try await waiting.value }
        let second = await #expect(throws: Fault.self) { try await mailbox.take(before: soon) }
        #expect(first?.code == .faceNoCamera)
        #expect(second?.code == .faceNoCamera)
    }

    @Test func `a cancelled reader does not wait for its deadline`() async {
        let mailbox = FrameMailbox()
        let reader = Task { try await mailbox.take(before: .now + .seconds(3600)) }
        reader.cancel()
        let fault = await #expect(throws: Fault.self) { _ = try await reader.value }
        #expect(fault?.code == .faceTimeout)
    }

    @Test func `pictures are wanted while one is waited for and for a second after, not before`() async throws {
        let mailbox = FrameMailbox()
        #expect(!mailbox.isWanted, "a camera that is only kept warm decodes nothing")
        let picture = try frame(5)
        let reader = Task { [soon] in try await mailbox.take(before: soon) }
        await expectEventually { mailbox.isWanted }
        mailbox.put(picture)
        #expect(try await reader.value.bgr == [5, 5, 5])
        await expectEventually { !mailbox.isWanted }
    }

    @Test func `a deadline that is over is a timeout at once`() async {
        let mailbox = FrameMailbox()
        let fault = await #expect(throws: Fault.self) { try await mailbox.take(before: .now - .seconds(1)) }
        #expect(fault?.code == .faceTimeout)
    }
}

@Suite(.timeLimit(.minutes(1)))
struct V4L2FrameSourceTests {
    @Test(arguments: ["/dev/video-none", "/dev/null", "/etc/hostname"])
    func `what is no camera is a fault`(_ path: String) async {
        let fault = await #expect(throws: Fault.self) { try await V4L2FrameSource(path: path).open() }
        #expect(fault?.code == .faceNoCamera)
    }

    @Test func `a missing device is known without opening it`() async {
        #expect(await V4L2FrameSource(path: "/dev/video-none").probe()?.code == .faceNoCamera)
    }

    @Test func `a video node without USB has no USB ids`() {
        #expect(USBIdentity.of(videoNode: "/dev/video-none") == "no-usb")
    }
}
