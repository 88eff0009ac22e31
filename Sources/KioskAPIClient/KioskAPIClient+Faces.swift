import KioskModel

extension KioskAPIClient {
    /// The doctors whose faces are enrolled.
    public func faces() async throws(APIClientError) -> FaceList { try await get("/v1/faces") }

    /// How well the camera sees whoever stands before it; takes some seconds.
    public func faceQuality() async throws(APIClientError) -> FaceQuality { try await get("/v1/face-quality") }

    /// Enrols the doctor whose card is in the reader and whose PIN this is; `person` is the second person.
    @discardableResult
    public func enrolFace(
        _ doctor: DoctorID, pin: Secret<String>, by person: String, key: String = UUIDv7.make()
    ) async throws(APIClientError) -> FaceEnrolment {
        try await write("POST", try facePath(doctor), EnrolBody(pin: pin, by: person), key: key)
    }

    /// Overwrites a doctor's templates; gives the proof.
    @discardableResult
    public func deleteFace(
        _ doctor: DoctorID, by person: String, key: String = UUIDv7.make()
    ) async throws(APIClientError) -> FaceDeletion {
        try await write("DELETE", try facePath(doctor), WitnessBody(by: person), key: key)
    }

    private func facePath(_ doctor: DoctorID) throws(APIClientError) -> String {
        // What a path may hold as it is (RFC 3986 section 2.3): nothing of an id can change the address.
        let isPlain = doctor.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")].contains(byte)
        }
        guard isPlain, (1...64).contains(doctor.utf8.count), doctor != ".", doctor != ".." else {
            throw .problem(Problem(Fault(.apiNotFound, "a doctor's id is 1 to 64 of A-Z a-z 0-9 . _ -"), status: 404))
        }
        return "/v1/faces/\(doctor)"
    }
}
