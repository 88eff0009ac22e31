import KioskCrypto
import Testing

@Suite struct EncodingTests {
    @Test func `base64url has no padding and comes back`() {
        for length in 0..<40 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 251) }
            let text = Base64URL.encode(bytes)
            #expect(!text.contains { "+/=".contains($0) })
            #expect(Base64URL.decode(text) == bytes)
        }
    }

    @Test(arguments: ["A", "A=", "AA==", "A+", "A/", "AB", " AA", "AA\n", "é"])
    func `what is not base64url is refused`(text: String) { #expect(Base64URL.decode(text) == nil) }

    @Test func `hexadecimal comes back and refuses foreign digits`() {
        #expect(Hex.decode(Hex.encode([0, 1, 254, 255])) == [0, 1, 254, 255])
        #expect(Hex.decode("0g") == nil)
        #expect(Hex.decode("123") == nil)
    }

    @Test func `canonical JSON sorts keys and leaves slashes alone`() throws {
        let bytes = try CanonicalJSON.encode(["b": "x/y", "a": "药"])
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"a":"药","b":"x/y"}"#)
    }
}
