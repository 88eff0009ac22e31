/// Signed data from the platform: a General JSON JWS with one EdDSA signature (RFC 7515, RFC 8037) of a named type.
public enum SignedEnvelope {
    /// The payload; nothing of it is looked at before the signature holds. Throws `GeneralJWS.Failure`.
    public static func open(
        _ bytes: [UInt8], key: EnvelopeKey, type: String
    ) throws(GeneralJWS.Failure) -> [UInt8] {
        let jws = try GeneralJWS(parsing: bytes)
        let header = try jws.verified(0, algorithm: .edDSA) { key.verifies($1, over: $0) }
        guard header.typ == type else { throw .malformed("type \(header.typ), not \(type)") }
        guard let payload = jws.payloadBytes else { throw .malformed("payload") }
        return payload
    }

    /// For those who issue envelopes: the platform, a laboratory.
    public static func seal(
        _ payload: [UInt8], key: EnvelopeSigningKey, keyName: String, type: String
    ) throws -> [UInt8] {
        var jws = GeneralJWS(payload: payload)
        let header = JWSHeader(algorithm: .edDSA, kid: keyName, typ: type)
        try jws.add(key.sign(jws.signingInput(header: header)), header: header)
        return try jws.encoded()
    }
}
