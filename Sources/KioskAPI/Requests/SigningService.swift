import KioskModel

/// What the local API asks of the agent: everything, with the signature on exactly what the doctor was shown.
public protocol SigningService: KioskService {
    /// Signs by face, or by PIN where the face can't be used and `pin` is given. The answer is a `VisitView`.
    ///
    /// `prescription` is the one that the doctor has seen. Throws `rxNotTheOneShown` where another one is stored by
    /// now: nothing is signed and nobody is scanned. In production it must be named, else this throws `apiMalformed`.
    func sign(
        _ visit: VisitID, prescription: PrescriptionID?, pin: Secret<String>?, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply
}
