import Testing

@testable import CameraCapture

@Suite struct AutomaticsHoldTests {
    private let opened = ContinuousClock.now
    private var settled: ContinuousClock.Instant { opened + AutomaticsHold.settling }

    @Test func `a camera settles first, then what it found is held, and proven by a later picture`() {
        var hold = AutomaticsHold(opened: opened)
        #expect(!hold.needsBrightness(of: 6, at: opened))
        #expect(hold.needsBrightness(of: 20, at: settled))
        #expect(hold.note(brightness: 120, of: 20) == .hold)
        for picture in 21..<20 + AutomaticsHold.underWay {
            #expect(!hold.needsBrightness(of: picture, at: settled), "\(picture) may have been on its way")
        }
        #expect(hold.needsBrightness(of: 20 + AutomaticsHold.underWay, at: settled))
        #expect(hold.note(brightness: 112, of: 20 + AutomaticsHold.underWay) == .nothing)
        #expect(!hold.needsBrightness(of: 99, at: settled))
        #expect(hold.end() == .release)
        #expect(hold.end() == .nothing)
        #expect(hold.needsBrightness(of: 200, at: settled), "the next scan holds anew")
    }

    @Test(arguments: [(120.0, 60.0), (60, 120), (200, 255), (3, 30)])
    func `a camera whose picture changes is let go, and left alone from then on`(_ before: Double, _ after: Double) {
        var hold = AutomaticsHold(opened: opened)
        #expect(hold.note(brightness: before, of: 20) == .hold)
        let isUndone = hold.note(brightness: after, of: 30) == .release
        #expect(isUndone == (before != 200), "255 is within a quarter of 200")
        #expect(hold.needsBrightness(of: 99, at: settled) == false)
        #expect(hold.end() == (isUndone ? .nothing : .release))
    }

    @Test func `whoever leaves before the proof lets go all the same`() {
        var hold = AutomaticsHold(opened: opened)
        #expect(hold.note(brightness: 100, of: 20) == .hold)
        #expect(hold.end() == .release)
    }

    @Test func `the brightness of a picture is its mean grey`() throws {
        for grey: UInt8 in [0, 100, 255] {
            let bytes = [UInt8](repeating: grey, count: 64 * 48 * 3)
            #expect(try #require(Frame(width: 64, height: 48, bgr: bytes)).brightness == Double(grey))
        }
        // One colour must not stand for all three.
        let red = (0..<64 * 48 * 3).map { UInt8($0 % 3 == 2 ? 240 : 0) }
        #expect(try abs(#require(Frame(width: 64, height: 48, bgr: red)).brightness - 80) < 3)
        #expect(try #require(Frame(width: 1, height: 1, bgr: [9, 9, 9])).brightness == 9)
    }
}
