import KioskCrypto
import Testing

@Suite struct GeneralJWSTests {
    private let key = SigningKey()
    private let payload = Array(#"{"a":1}"#.utf8)

    private func signed() throws -> GeneralJWS {
        var jws = GeneralJWS(payload: payload)
        let header = JWSHeader(algorithm: .es256, kid: "k", typ: "t")
        try jws.add(key.sign(jws.signingInput(header: header)), header: header)
        return jws
    }

    private func verify(_ jws: GeneralJWS, with key: VerifyingKey) throws {
        _ = try jws.verified(0, algorithm: .es256) { key.verifies($1, over: $0) }
    }

    @Test func `a signature verifies with its key and no other`() throws {
        let jws = try GeneralJWS(parsing: signed().encoded())
        try verify(jws, with: key.verifyingKey)
        #expect(jws.payloadBytes == payload)
        #expect(throws: GeneralJWS.Failure.signatureInvalid) { try verify(jws, with: SigningKey().verifyingKey) }
    }

    @Test(arguments: ["none", "HS256", "EdDSA"]) func `a header with another algorithm is refused`(
        algorithm: String
    ) throws {
        let text = String(decoding: try signed().encoded(), as: UTF8.self)
        let header = Base64URL.encode(Array(#"{"alg":"\#(algorithm)","kid":"k","typ":"t"}"#.utf8))
        let original = try #require(try signed().signatures.first?.protected)
        let forged = try GeneralJWS(parsing: Array(text.replacing(original, with: header).utf8))
        #expect(throws: GeneralJWS.Failure.algorithmNotAllowed(algorithm)) {
            try verify(forged, with: key.verifyingKey)
        }
    }

    @Test func `another payload under the same signature is refused`() throws {
        let jws = try signed()
        let other = Base64URL.encode(Array(#"{"a":2}"#.utf8))
        let text = String(decoding: try jws.encoded(), as: UTF8.self).replacing(jws.payload, with: other)
        let forged = try GeneralJWS(parsing: Array(text.utf8))
        #expect(throws: GeneralJWS.Failure.signatureInvalid) { try verify(forged, with: key.verifyingKey) }
    }

    @Test(arguments: ["", "{}", "[]", #"{"payload":1,"signatures":[]}"#, "null", "{\"payload\":"])
    func `what is no JWS is refused`(text: String) {
        #expect(throws: GeneralJWS.Failure.self) { try GeneralJWS(parsing: Array(text.utf8)) }
    }

    @Test func `a missing signature is malformed, not a crash`() throws {
        #expect(throws: GeneralJWS.Failure.self) {
            try GeneralJWS(payload: payload).verified(0, algorithm: .es256) { _, _ in true }
        }
    }
}
