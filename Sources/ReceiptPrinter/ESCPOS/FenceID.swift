/// The four bytes by which a completion fence is known again: letters and digits, never a control byte.
struct FenceID: Sendable, Hashable {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    let bytes: [UInt8]

    init(_ number: UInt32) {
        var rest = number
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            bytes.append(Self.alphabet[Int(rest % UInt32(Self.alphabet.count))])
            rest /= UInt32(Self.alphabet.count)
        }
        self.bytes = bytes
    }

    init(wire: [UInt8]) { bytes = wire }
}
