import KioskModel

extension VisionRequest {
    /// Throws `apiMalformed` where a value is outside of `VisionLimits`.
    public func check() throws(Fault) {
        switch self {
        case .status, .warm: break
        case .look(let timeLimit): try checkTime(timeLimit)
        case .verify(let request): try request.check()
        case .capture(let count, let timeLimit):
            try require(VisionLimits.captures.contains(count), "count \(count)")
            try checkTime(timeLimit)
        }
    }
}

extension FaceScanRequest {
    fileprivate func check() throws(Fault) {
        try require(VisionLimits.doctorBytes.contains(doctor.utf8.count), "doctor's id of \(doctor.utf8.count) bytes")
        try require(nonce.count == VisionLimits.hashBytes, "nonce of \(nonce.count) bytes")
        try require(
            prescriptionDigest.count == VisionLimits.hashBytes, "digest of \(prescriptionDigest.count) bytes")
        try require(templates.count <= VisionLimits.templates, "\(templates.count) templates")
        try require((-1...1).contains(threshold), "threshold \(threshold)")
        try require((0...1).contains(leastLiveness), "liveness \(leastLiveness)")
        try checkTime(timeLimit)
    }
}

private func checkTime(_ seconds: Double) throws(Fault) {
    try require(VisionLimits.seconds.contains(seconds), "time limit of \(seconds) s")
}

private func require(_ condition: Bool, _ what: String) throws(Fault) {
    guard condition else { throw Fault(.apiMalformed, "refused by the face service: \(what)") }
}
