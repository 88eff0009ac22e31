/// What stands in front of a firmware image, and is signed with it.
///
/// 32 bytes, little-endian: "KFW1" (4), board (2), version (3), reserved (3), bytes of code (4, a multiple of 32),
/// address where it runs (4), CRC-32 of the code (4), reserved (4), CRC-32 of the 28 bytes before (4). A file, and a bank,
/// goes on with the Ed25519 signature (64) over this header and the code.
public struct ImageHeader: Sendable, Hashable {
    private static var magic: UInt32 { 0x3157_464B }

    /// Which kind of board it runs on: 1 mps2-an386, 2 stm32f405, 0x100 the simulated controller.
    public let board: UInt16
    public let version: FirmwareVersion
    public let length: UInt32
    public let loadAddress: UInt32
    public let codeChecksum: UInt32

    public init(board: UInt16, version: FirmwareVersion, length: UInt32, loadAddress: UInt32, codeChecksum: UInt32) {
        self.board = board
        self.version = version
        self.length = length
        self.loadAddress = loadAddress
        self.codeChecksum = codeChecksum
    }

    public var bytes: FlashUnit {
        var bytes = FlashUnit()
        bytes.append(littleEndian: Self.magic)
        bytes.append(littleEndian: board)
        version.append(to: &bytes)
        for _ in 0..<3 { bytes.append(0) }
        bytes.append(littleEndian: length)
        bytes.append(littleEndian: loadAddress)
        bytes.append(littleEndian: codeChecksum)
        bytes.append(littleEndian: UInt32(0))
        bytes.append(littleEndian: Self.checksum(bytes))
        return bytes
    }

    /// Nil where these bytes are no header.
    public init?(_ bytes: FlashUnit) {
        var reader = ByteReader(bytes)
        guard reader.uint32() == Self.magic, let board = reader.uint16(), let version = FirmwareVersion(&reader),
            reader.byte() != nil, reader.uint16() != nil, let length = reader.uint32(),
            let address = reader.uint32(), let code = reader.uint32(), reader.uint32() != nil,
            reader.uint32() == Self.checksum(bytes)
        else { return nil }
        self.init(board: board, version: version, length: length, loadAddress: address, codeChecksum: code)
    }

    private static func checksum(_ bytes: FlashUnit) -> UInt32 {
        var crc = CRC32()
        for index in 0..<28 { crc.update(bytes.byte(at: index) ?? 0) }
        return crc.value
    }
}

/// Which images a board takes.
public struct ImageTarget: Sendable, Hashable {
    public let board: UInt16
    public let loadAddress: UInt32
    /// Bytes of code at most.
    public let capacity: UInt32

    public init(board: UInt16, loadAddress: UInt32, capacity: UInt32) {
        self.board = board
        self.loadAddress = loadAddress
        self.capacity = capacity
    }

    /// Whether an image is made for this board.
    public func takes(_ header: ImageHeader) -> Bool {
        header.board == board && header.loadAddress == loadAddress && header.length > 0
            && header.length <= capacity && header.length % 32 == 0
    }
}
