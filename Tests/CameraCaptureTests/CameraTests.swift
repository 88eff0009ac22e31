import KioskModel
import KioskTestSupport
import Synchronization
import Testing

@testable import CameraCapture

private func frame(_ value: UInt8) throws -> Frame {
    try #require(Frame(width: 1, height: 1, bgr: [value, value, value]))
}

@Suite(.timeLimit(.minutes(1)))
struct FrameMailboxTests {
    private var soon: ContinuousClock.Instant { .now + .seconds(10) }

    @Test func `a picture that nobody waits for is not kept`() async throws {
        let mailbox = FrameMailbox()
        #expect(!mailbox.isAwaited)
        #expect(!mailbox.put(try frame(1)))
        let fault = await #expect(throws: Fault.self) { try await mailbox.take(before: .now + .milliseconds(10)) }
        #expect(fault?.code == .faceTimeout)
        #expect(!mailbox.isAwaited)
    }

    @Test func `a reader asks, and gets the next picture once`() async throws {
        let asked = Mutex(0)
        let mailbox = FrameMailbox { asked.withLock { $0 += 1 } }
        let (third, fourth) = (try frame(3), try frame(4))
        async let taken = mailbox.take(before: soon)
        await expectEventually { mailbox.isAwaited && asked.withLock { $0 } == 1 }
        #expect(mailbox.put(third))
        #expect(!mailbox.put(fourth))
        #expect(try await taken.bgr == [3, 3, 3])
    }

    @Test func `a second reader at a time is refused, the first goes on waiting`() async throws {
        let mailbox = FrameMailbox()
        let picture = try frame(5)
        async let taken = mailbox.take(before: soon)
        await expectEventually { mailbox.isAwaited }
        let fault = await #expect(throws: Fault.self) { try await mailbox.take(before: soon) }
        #expect(fault?.code == .faceTimeout)
        mailbox.put(picture)
        #expect(try await taken.bgr == [5, 5, 5])
    }

    @Test func `an end reaches a waiting reader, and every later one`() async throws {
        let mailbox = FrameMailbox()
        let waiting = Task { [soon] in try await mailbox.take(before: soon) }
        await expectEventually { mailbox.isAwaited }
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

    /// A device that opens, and is no camera: the ids are asked for before it is looked at.
    @Test(arguments: [CameraChoice.unnamed, .usb(vendor: "046d", product: "0825")])
    func `a camera that is not the named one is known without opening it`(_ choice: CameraChoice) async {
        let fault = await V4L2FrameSource(path: "/dev/null", choice: choice).probe()
        #expect(fault?.code == .faceCameraRefused)
        #expect(fault?.detail.contains("no-usb") == true)
        #expect(await V4L2FrameSource(path: "/dev/null").probe() == nil)
    }

    @Test func `USB ids are read as lsusb writes them, and nothing else is`() throws {
        #expect(CameraChoice(usb: "046D:0825") == .usb(vendor: "046d", product: "0825"))
        for text in ["", ":", "046d", "046d:", "046d:825", "046d:08255", "046d:0825:1", "046g:0825", "0４6d:0825"] {
            #expect(CameraChoice(usb: text) == nil, "\(text)")
        }
        let choice = try #require(CameraChoice(usb: "046d:0825"))
        #expect(choice.objection(to: "046d:0825", at: "/dev/video0") == nil)
        let objection = try #require(choice.objection(to: "1209:0006", at: "/dev/video0"))
        #expect(objection.contains("1209:0006") && objection.contains("046d:0825"))
        #expect(CameraChoice.any.objection(to: "no-usb", at: "/dev/video0") == nil)
    }

    @Test func `a video node without USB has no USB ids`() {
        #expect(USBIdentity.of(videoNode: "/dev/video-none") == "no-usb")
    }
}
