/// What one verdict on a face is good for: one prescription of one doctor, once, within a minute of the question.
///
/// It is redeemed in the moment before the doctor's key signs, for exactly what is about to be signed.
public struct FaceToken: Sendable {
    private let request: FaceScanRequest
    private let issued: Stamp
    private var isUsed = false

    /// Seconds from the question to the verdict's use.
    public static let lifetime = 60.0

    public init(for request: FaceScanRequest, at now: Stamp) {
        self.request = request
        issued = now
    }

    /// Takes the verdict for what is about to be signed; `digest` is the SHA-256 of the prescription's payload.
    ///
    /// Throws `faceServiceDown` where the verdict answers another question, speaks of another prescription or doctor,
    /// refuses, comes twice or too late.
    public mutating func redeem(
        _ evidence: FaceEvidence, signing digest: [UInt8], by doctor: DoctorID, at now: Stamp
    ) throws(Fault) {
        guard !isUsed else { throw Fault(.faceServiceDown, "the verdict was used before") }
        isUsed = true
        guard evidence.nonce == request.nonce, evidence.prescriptionDigest == request.prescriptionDigest,
            evidence.doctor == request.doctor
        else { throw Fault(.faceServiceDown, "the verdict is not for this request") }
        guard evidence.verdict == .verified else { throw Fault(.faceServiceDown, "the verdict is a refusal") }
        guard request.prescriptionDigest == digest, request.doctor == doctor else {
            throw Fault(.faceServiceDown, "the verdict is for another prescription")
        }
        guard now.boot == issued.boot, now.monotonic >= issued.monotonic,
            Double(now.monotonic - issued.monotonic) / 1e9 <= Self.lifetime
        else { throw Fault(.faceServiceDown, "the verdict came later than \(Int(Self.lifetime)) s") }
    }
}
