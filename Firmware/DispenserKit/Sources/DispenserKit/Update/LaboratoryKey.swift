/// The key of images for laboratories and tests.
///
/// Its private half is the SHA-256 of "kiosk-lab firmware key", so everybody has it: a controller that trusts it says so,
/// and a kiosk that serves patients needs one that does not.
public enum LaboratoryKey {
    public static var publicKey: FixedBytes<32> {
        let bytes: InlineArray<32, UInt8> = [
            0x50, 0x22, 0xBF, 0xE0, 0xD6, 0xB6, 0x82, 0xC0, 0xE6, 0xA8, 0xA7, 0xF5, 0xF5, 0x0F, 0x54, 0x8C, 0x38, 0x3E,
            0x34,
            0x35, 0x9E, 0x94, 0xC5, 0x9F, 0xB6, 0xDD, 0xF7, 0x76, 0xE7, 0xE0, 0x0B, 0x54,
        ]
        var key = FixedBytes<32>()
        for index in 0..<32 { key.append(bytes[index]) }
        return key
    }
}
