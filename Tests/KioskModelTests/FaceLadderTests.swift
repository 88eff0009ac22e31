import KioskModel
import Testing

private func stamp(_ seconds: Double, boot: String = "a") -> Stamp {
    let monotonic = boot == "a" ? UInt64(seconds * 1e9) : 5
    return Stamp(boot: boot, monotonic: monotonic, wall: Int64(seconds * 1000), quality: .synchronized)
}

struct FaceLadderTests {
    private func ladder(refusals: Int, at seconds: Double = 100) -> FaceLadder {
        var ladder = FaceLadder()
        for _ in 0..<refusals { ladder.noteRefusal(at: stamp(seconds)) }
        return ladder
    }

    private func isOpen(_ ladder: FaceLadder, at seconds: Double, boot: String = "a", session: Double? = nil) -> Bool {
        do throws(Fault) {
            try ladder.check(at: stamp(seconds, boot: boot), session: stamp(session ?? seconds, boot: boot))
            return true
        } catch {
            #expect(error.code == .faceLocked)
            return false
        }
    }

    @Test func `four refusals leave the face open, the fifth closes it for 30 s`() {
        #expect(isOpen(ladder(refusals: 4), at: 100))
        #expect(!isOpen(ladder(refusals: 5), at: 100))
        #expect(!isOpen(ladder(refusals: 5), at: 129.9))
        #expect(isOpen(ladder(refusals: 5), at: 130))
    }

    @Test func `a sixth refusal leaves the PIN alone, whatever time passes, until it was entered`() {
        var ladder = ladder(refusals: 6)
        #expect(!isOpen(ladder, at: 1e6))
        ladder.notePIN(at: stamp(1e6))
        #expect(isOpen(ladder, at: 1e6 + 1))
    }

    @Test func `once refused, whoever is not seen is refused again; before, nobody seen is no refusal`() {
        for end in [FaultCode.faceNotSeen, .faceTimeout] {
            #expect(!FaceLadder().counts(end))
            #expect(ladder(refusals: 1).counts(end))
        }
        // What a person before the camera can't bring about is the kiosk's trouble, not theirs.
        for end in [FaultCode.faceServiceDown, .faceModelsMissing, .faceCameraStalled] {
            #expect(!ladder(refusals: 1).counts(end))
        }
    }

    @Test func `a verified face begins the count anew`() {
        var ladder = ladder(refusals: 4)
        ladder.noteVerified()
        ladder.noteRefusal(at: stamp(101))
        #expect(isOpen(ladder, at: 101))
    }

    @Test func `a restart and a clock that is set back do not shorten the lock`() {
        #expect(!isOpen(ladder(refusals: 5), at: 110, boot: "b"))
        #expect(!isOpen(ladder(refusals: 5), at: 3, boot: "b"))
        #expect(isOpen(ladder(refusals: 5), at: 131, boot: "b"))
    }

    @Test func `48 h after the last PIN it is needed again`() {
        let day = 24 * 3600.0
        var ladder = FaceLadder()
        #expect(isOpen(ladder, at: 2 * day, session: 0))
        #expect(!isOpen(ladder, at: 2 * day + 1, session: 0))
        ladder.notePIN(at: stamp(1 * day))
        #expect(isOpen(ladder, at: 2 * day + 1, session: 0))
        #expect(!isOpen(ladder, at: 3 * day + 1, session: 0))
        #expect(isOpen(ladder, at: 3 * day + 1, session: 3 * day))
    }
}

struct FaceTokenTests {
    private let request = FaceScanRequest(
        doctor: "d", nonce: [1, 2], prescriptionDigest: [3], templates: [], threshold: 0.5, timeLimit: 5)

    private func evidence(
        nonce: [UInt8] = [1, 2], digest: [UInt8] = [3], doctor: String = "d",
        verdict: FaceEvidence.Verdict = .verified
    ) -> FaceEvidence {
        FaceEvidence(
            doctor: doctor, nonce: nonce, prescriptionDigest: digest, verdict: verdict, reason: nil, score: 0.9,
            threshold: 0.5, liveness: 1, models: [:], frames: ["f"], camera: "c", simulatedCamera: true,
            templateVersion: 1)
    }

    @Test func `a verdict is taken once`() throws {
        var token = FaceToken(for: request, at: stamp(10))
        try redeem(&token, evidence(), at: 70)
        let fault = #expect(throws: Fault.self) { try redeem(&token, evidence(), at: 70) }
        #expect(fault?.code == .faceServiceDown)
    }

    @Test func `a late verdict, one from before, and one of another run are refused`() {
        for (now, boot) in [(70.1, "a"), (9, "a"), (11, "b")] {
            var token = FaceToken(for: request, at: stamp(10))
            #expect(throws: Fault.self) { try redeem(&token, evidence(), at: now, boot: boot) }
        }
    }

    @Test func `a verdict on another question is refused, and the token is gone`() {
        for wrong in [evidence(nonce: [1]), evidence(digest: []), evidence(doctor: "e")] {
            var token = FaceToken(for: request, at: stamp(10))
            #expect(throws: Fault.self) { try redeem(&token, wrong, at: 11) }
            #expect(throws: Fault.self) { try redeem(&token, evidence(), at: 11) }
        }
    }

    @Test func `a verdict signs nothing but the prescription and the doctor that it was asked for`() {
        for (digest, doctor) in [([4], "d"), ([3], "e")] as [([UInt8], String)] {
            var token = FaceToken(for: request, at: stamp(10))
            #expect(throws: Fault.self) { try redeem(&token, evidence(), digest: digest, doctor: doctor, at: 11) }
        }
    }

    @Test func `a refusal is no verdict to sign by`() {
        var token = FaceToken(for: request, at: stamp(10))
        #expect(throws: Fault.self) { try redeem(&token, evidence(verdict: .refused), at: 11) }
    }

    private func redeem(
        _ token: inout FaceToken, _ evidence: FaceEvidence, digest: [UInt8] = [3], doctor: String = "d",
        at seconds: Double, boot: String = "a"
    ) throws(Fault) {
        try token.redeem(evidence, signing: digest, by: doctor, at: stamp(seconds, boot: boot))
    }
}
