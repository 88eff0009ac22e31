/// One ESC/POS command as the simulated printer understands it. Anything else is an error that is recorded.
enum PrinterCommand: Sendable, Hashable {
    case initialize
    case text([UInt8])
    case lineFeed
    case carriageReturn
    case chinese(Bool)
    case align(UInt8)
    case bold(Bool)
    case underline(UInt8)
    case reversed(Bool)
    case size(UInt8)
    case lineSpacing(UInt8?)
    case feedDots(UInt8)
    case feedLines(UInt8)
    case cut
    case automaticStatus(UInt8)
    case paperStatus(UInt8)
    case fence([UInt8])
    case barcodeHeight(UInt8)
    case barcodeModule(UInt8)
    case barcodeText(UInt8)
    case barcode(kind: UInt8, [UInt8])
    case qrModel(UInt8)
    case qrModule(UInt8)
    case qrLevel(UInt8)
    case qrStore([UInt8])
    case qrPrint
    case raster(scale: UInt8, bytesPerRow: Int, rows: Int, data: [UInt8])
    case unknown([UInt8])
}

/// Takes the first command off a byte stream.
enum PrinterCommandParser {
    struct Result {
        let command: PrinterCommand
        let length: Int
    }

    /// Nil where the command is not complete yet. `chinese`: bytes from 0x80 begin a GB18030 character.
    static func next(_ bytes: ArraySlice<UInt8>, chinese: Bool) -> Result? {
        let reader = Reader(bytes: bytes)
        guard let first = reader[0] else { return nil }
        return switch first {
        case 0x0A: Result(command: .lineFeed, length: 1)
        case 0x0D: Result(command: .carriageReturn, length: 1)
        case 0x1B: escape(reader)
        case 0x1C: fileSeparator(reader)
        case 0x1D: groupSeparator(reader)
        case 0x20...0x7E: Result(command: .text([first]), length: 1)
        case 0x80...0xFF where chinese: character(reader, first)
        default: Result(command: .unknown([first]), length: 1)
        }
    }

    private struct Reader {
        let bytes: ArraySlice<UInt8>

        subscript(_ index: Int) -> UInt8? {
            index < bytes.count ? bytes[bytes.startIndex + index] : nil
        }

        func data(from start: Int, count: Int) -> [UInt8]? {
            guard bytes.count >= start + count else { return nil }
            return Array(bytes.dropFirst(start).prefix(count))
        }
    }

    private static func character(_ reader: Reader, _ first: UInt8) -> Result? {
        guard let second = reader[1] else { return nil }
        guard (0x30...0x39).contains(second) else {
            return Result(command: .text([first, second]), length: 2)
        }
        return reader.data(from: 0, count: 4).map { Result(command: .text($0), length: 4) }
    }

    private static func escape(_ reader: Reader) -> Result? {
        guard let name = reader[1] else { return nil }
        switch name {
        case 0x40: return Result(command: .initialize, length: 2)
        case 0x32: return Result(command: .lineSpacing(nil), length: 2)
        default: break
        }
        let command: ((UInt8) -> PrinterCommand)? =
            switch name {
            case 0x61: { .align($0) }
            case 0x45: { .bold($0 & 1 != 0) }
            case 0x2D: { .underline($0) }
            case 0x33: { .lineSpacing($0) }
            case 0x4A: { .feedDots($0) }
            case 0x64: { .feedLines($0) }
            default: nil
            }
        guard let command else { return Result(command: .unknown([0x1B, name]), length: 2) }
        return reader[2].map { Result(command: command($0), length: 3) }
    }

    private static func fileSeparator(_ reader: Reader) -> Result? {
        guard let name = reader[1] else { return nil }
        return switch name {
        case 0x26: Result(command: .chinese(true), length: 2)
        case 0x2E: Result(command: .chinese(false), length: 2)
        default: Result(command: .unknown([0x1C, name]), length: 2)
        }
    }

    private static func groupSeparator(_ reader: Reader) -> Result? {
        guard let name = reader[1] else { return nil }
        switch name {
        case 0x28: return block(reader)
        case 0x56: return cut(reader)
        case 0x76: return raster(reader)
        case 0x6B: return barcode(reader)
        case 0x68: return reader[2].map { Result(command: .barcodeHeight($0), length: 3) }
        case 0x77: return reader[2].map { Result(command: .barcodeModule($0), length: 3) }
        case 0x48: return reader[2].map { Result(command: .barcodeText($0), length: 3) }
        case 0x21: return reader[2].map { Result(command: .size($0), length: 3) }
        case 0x42: return reader[2].map { Result(command: .reversed($0 & 1 != 0), length: 3) }
        case 0x61: return reader[2].map { Result(command: .automaticStatus($0), length: 3) }
        case 0x72: return reader[2].map { Result(command: .paperStatus($0), length: 3) }
        default: return Result(command: .unknown([0x1D, name]), length: 2)
        }
    }

    private static func cut(_ reader: Reader) -> Result? {
        guard let mode = reader[2] else { return nil }
        switch mode {
        case 0, 1, 0x30, 0x31: return Result(command: .cut, length: 3)
        case 0x41, 0x42: return reader[3].map { _ in Result(command: .cut, length: 4) }
        default: return Result(command: .unknown([0x1D, 0x56, mode]), length: 3)
        }
    }

    /// GS k, form B: the length comes before the data.
    private static func barcode(_ reader: Reader) -> Result? {
        guard let head = reader.data(from: 2, count: 2) else { return nil }
        guard head[0] >= 65 else { return Result(command: .unknown([0x1D, 0x6B] + head), length: 4) }
        return reader.data(from: 4, count: Int(head[1])).map {
            Result(command: .barcode(kind: head[0], $0), length: 4 + $0.count)
        }
    }

    private static func raster(_ reader: Reader) -> Result? {
        guard let head = reader.data(from: 2, count: 6) else { return nil }
        let perRow = Int(head[2]) | Int(head[3]) << 8
        let rows = Int(head[4]) | Int(head[5]) << 8
        guard head[0] == 0x30, head[1] & 0xCC == 0, perRow <= 128, rows <= 4095 else {
            return Result(command: .unknown([0x1D, 0x76] + head), length: 8)
        }
        guard let data = reader.data(from: 8, count: perRow * rows) else { return nil }
        let command = PrinterCommand.raster(scale: head[1] & 3, bytesPerRow: perRow, rows: rows, data: data)
        return Result(command: command, length: 8 + perRow * rows)
    }

    /// GS ( x pL pH …: the length is always there, so an unknown one can be skipped whole.
    private static func block(_ reader: Reader) -> Result? {
        guard let head = reader.data(from: 2, count: 3) else { return nil }
        let length = Int(head[1]) | Int(head[2]) << 8
        guard let body = reader.data(from: 5, count: length) else { return nil }
        let command: PrinterCommand =
            switch (head[0], Array(body.prefix(2)), body.count) {
            case (0x48, [0x30, 0x30], 6): .fence(Array(body[2...]))
            case (0x6B, [0x31, 0x41], 4): .qrModel(body[2])
            case (0x6B, [0x31, 0x43], 3): .qrModule(body[2])
            case (0x6B, [0x31, 0x45], 3): .qrLevel(body[2])
            case (0x6B, [0x31, 0x50], 4...) where body[2] == 0x30: .qrStore(Array(body[3...]))
            case (0x6B, [0x31, 0x51], 3): .qrPrint
            default: .unknown([0x1D, 0x28] + head + body.prefix(8))
            }
        return Result(command: command, length: 5 + length)
    }
}
