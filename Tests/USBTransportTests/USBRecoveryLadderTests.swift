import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import USBTransport

@Suite struct USBRecoveryLadderTests {
    private let start = ContinuousClock.now

    @Test func `failures in a row climb the ladder in order, and each rung counts what it was good for`() {
        var ladder = USBRecoveryLadder(available: [.clearHalt, .classReset, .portReset, .portPower], timing: .init())
        let expected: [USBRecoveryRung] = [
            .retry, .retry, .clearHalt, .classReset, .portReset, .portPower, .outOfService, .outOfService,
        ]
        for (index, rung) in expected.enumerated() {
            ladder.failed(at: start + .seconds(index * 3))
            #expect(ladder.take() == rung)
            #expect(ladder.take() == nil)
        }
        #expect(ladder.failures == 8)
        ladder.worked()
        #expect(ladder.rung == nil && ladder.failures == 0)
        #expect(ladder.counts[.outOfService]?.tried == 2 && ladder.counts[.outOfService]?.helped == 1)
        #expect(ladder.counts[.retry]?.tried == 2 && ladder.counts[.retry]?.helped == 0)
    }

    @Test func `a burst of failures does not put a device out of service, nor do failures far apart`() {
        var ladder = USBRecoveryLadder(available: [.clearHalt], timing: .init())
        for index in 0..<20 { ladder.failed(at: start + .milliseconds(index * 100)) }
        #expect(ladder.rung == .clearHalt)
        var rare = USBRecoveryLadder(available: [.clearHalt], timing: .init())
        for index in 0..<20 { rare.failed(at: start + .seconds(index * 61)) }
        #expect(rare.rung == .retry && rare.failures == 1)
    }

    @Test func `pauses grow out of service up to their longest, and end with a replug`() {
        var ladder = USBRecoveryLadder(available: [], timing: .init())
        var now = start
        for _ in 0..<3 {
            ladder.failed(at: now)
            now += .seconds(10)
        }
        var pauses: [Duration] = []
        for _ in 0..<6 {
            let pause = ladder.pause(at: now - .seconds(10))
            pauses.append(pause)
            now += pause
            #expect(ladder.pause(at: now) == .zero)
            _ = ladder.take()
            ladder.failed(at: now - .seconds(10))
        }
        #expect(pauses.map { $0 / .seconds(1) } == [60, 120, 240, 480, 900, 900])
        ladder.forget()
        #expect(ladder.pause(at: now) == .zero && ladder.rung == nil)
    }

    @Test func `every rung has its own fault code`() {
        #expect(Set(USBRecoveryRung.allCases.map(\.code)).count == USBRecoveryRung.allCases.count)
    }

    @Test func `a departure and a wrong card are no failure of the device`() {
        for code in [FaultCode.usbDisconnected, .usbNotFound, .cardRemoved, .printerPaperOut, .readerUnsuitable] {
            #expect(!USBRecoveryLadder.counts(Fault(code)))
        }
        for code in [FaultCode.usbTimeout, .usbTransferFailed, .readerProtocol] {
            #expect(USBRecoveryLadder.counts(Fault(code)))
        }
    }
}
