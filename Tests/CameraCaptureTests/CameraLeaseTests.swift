import KioskModel
import KioskTestSupport
import Testing

@testable import CameraCapture

/// The camera that stays open between scans.
@Suite(.timeLimit(.minutes(1)))
struct CameraLeaseTests {
    private let camera = ScriptedCamera()
    private var soon: ContinuousClock.Instant { .now + .seconds(10) }

    private func frame(_ value: UInt8, taken: ContinuousClock.Instant = .now) throws -> Frame {
        try #require(Frame(width: 1, height: 1, bgr: [value, value, value], taken: taken))
    }

    /// What a scan that waits for a picture gets.
    private func next(_ session: any FrameSession, showing value: UInt8) async throws -> UInt8 {
        async let taken = session.next(before: soon)
        await expectEventually { camera.isAwaited }
        camera.give(try frame(value))
        return try await taken.bgr[0]
    }

    @Test func `a second scan finds the camera warm`() async throws {
        let lease = CameraLease(camera)
        for value in [UInt8(1), 2] {
            let scan = try await lease.open()
            #expect(try await next(scan, showing: value) == value)
            await scan.close()
            #expect(await lease.isWarm)
        }
        #expect(camera.opened == 1)
        #expect(camera.closed == 0)
    }

    @Test func `what was taken before a scan began is not shown to it`() async throws {
        let lease = CameraLease(camera)
        await lease.warm()
        let before = try frame(1)
        let scan = try await lease.open()
        async let taken = scan.next(before: soon)
        await expectEventually { camera.isAwaited }
        camera.give(before)
        await expectEventually { camera.isAwaited }
        camera.give(try frame(2))
        #expect(try await taken.bgr == [2, 2, 2])
        await scan.close()
    }

    @Test func `a camera that went away while nobody looked is opened once more, when the old one is closed`()
        async throws
    {
        let lease = CameraLease(camera)
        await lease.warm()
        camera.end(Fault(.faceNoCamera))
        let scan = try await lease.open()
        #expect(try await next(scan, showing: 3) == 3)
        #expect(camera.opened == 2 && camera.closed == 1)
        #expect(!camera.wasOpenTwice)
        await scan.close()
        #expect(await lease.isWarm)
    }

    @Test func `a camera that went away and does not come back ends the scan; the next one opens it`() async throws {
        let lease = CameraLease(camera)
        await lease.warm()
        camera.end(Fault(.faceCameraStalled))
        camera.refuseToOpen(Fault(.faceNoCamera))
        let scan = try await lease.open()
        await expectFault(.faceNoCamera) { _ = try await scan.next(before: soon) }
        await scan.close()
        await expectFault(.faceNoCamera) { _ = try await lease.open() }
        camera.refuseToOpen(nil)
        let again = try await lease.open()
        #expect(try await next(again, showing: 4) == 4)
        #expect(!camera.wasOpenTwice)
        await again.close()
    }

    @Test func `a camera that goes away during a scan ends it, and the next scan opens it anew`() async throws {
        let lease = CameraLease(camera)
        let scan = try await lease.open()
        #expect(try await next(scan, showing: 5) == 5)
        camera.end(Fault(.faceNoCamera))
        await expectFault(.faceNoCamera) { _ = try await scan.next(before: soon) }
        await scan.close()
        #expect(await !lease.isWarm)
        let again = try await lease.open()
        #expect(try await next(again, showing: 6) == 6)
        #expect(camera.opened == 2 && !camera.wasOpenTwice)
        await again.close()
    }

    @Test func `a scan that runs out of time leaves the camera warm`() async throws {
        let lease = CameraLease(camera)
        let scan = try await lease.open()
        await expectFault(.faceTimeout) { _ = try await scan.next(before: .now + .milliseconds(10)) }
        await scan.close()
        #expect(await lease.isWarm)
        #expect(camera.closed == 0)
    }

    @Test func `a second scan at a time is refused, and the first one is not disturbed`() async throws {
        let lease = CameraLease(camera)
        let scan = try await lease.open()
        await expectFault(.faceCameraRefused) { _ = try await lease.open() }
        #expect(try await next(scan, showing: 7) == 7)
        await scan.close()
        let after = try await lease.open()
        await after.close()
        #expect(camera.opened == 1)
    }

    @Test func `a camera that no scan wants is closed, and its light goes out; not during a scan`() async throws {
        let lease = CameraLease(camera, idle: .milliseconds(30))
        await lease.warm()
        let scan = try await lease.open()
        // On a machine that stood still the lease may have ended before the scan began.
        let before = camera.closed
        // Longer than the lease: a scan keeps the camera.
        try await Task.sleep(for: .milliseconds(90))
        #expect(try await next(scan, showing: 8) == 8)
        #expect(camera.closed == before)
        await scan.close()
        await expectEventually { camera.closed == before + 1 }
        #expect(await !lease.isWarm)
    }

    @Test func `a camera that can't be warmed is tried again at the scan, which says why`() async throws {
        camera.refuseToOpen(Fault(.faceNoCamera))
        let lease = CameraLease(camera)
        await lease.warm()
        #expect(await !lease.isWarm)
        await expectFault(.faceNoCamera) { _ = try await lease.open() }
    }
}
