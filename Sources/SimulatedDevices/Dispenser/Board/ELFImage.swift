import Foundation

/// What an ELF file puts into memory, as one piece (System V ABI, object files: 32 bits, little-endian).
struct ELFImage {
    let address: UInt32
    let bytes: [UInt8]

    /// Throws `BoardError` where it is no such file.
    init(path: String) throws {
        guard let file = FileManager.default.contents(atPath: path).map(Array.init) else {
            throw BoardError.noImage(path)
        }
        func number(_ offset: Int, _ size: Int) throws -> Int {
            guard offset >= 0, offset + size <= file.count else { throw BoardError.badImage("\(path) is cut off") }
            return (0..<size).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
        }
        guard file.starts(with: [0x7F, 0x45, 0x4C, 0x46, 1, 1]) else {
            throw BoardError.badImage("\(path) is no 32-bit little-endian ELF file")
        }
        var pieces: [(address: Int, bytes: ArraySlice<UInt8>)] = []
        let table = try number(28, 4)
        for index in 0..<(try number(44, 2)) {
            let entry = table + index * (try number(42, 2))
            let (offset, size) = (try number(entry + 4, 4), try number(entry + 16, 4))
            // Of what is loaded, where it lies before the start-up code copies it.
            guard try number(entry, 4) == 1, size > 0 else { continue }
            guard offset + size <= file.count else { throw BoardError.badImage("\(path) is cut off") }
            pieces.append((try number(entry + 12, 4), file[offset..<(offset + size)]))
        }
        guard let first = pieces.map(\.address).min(), let end = pieces.map({ $0.address + $0.bytes.count }).max(),
            end - first <= 1 << 20
        else { throw BoardError.badImage("\(path) loads nothing, or too much") }
        var bytes = [UInt8](repeating: 0xFF, count: end - first)
        for piece in pieces {
            bytes.replaceSubrange(
                (piece.address - first)..<(piece.address - first + piece.bytes.count), with: piece.bytes)
        }
        address = UInt32(first)
        self.bytes = bytes
    }
}
