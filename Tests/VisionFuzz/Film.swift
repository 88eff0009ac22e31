// Built by script/fuzz with the files that it feeds, beside the package: they import nothing.

/// As a camera's file comes: the first byte says in what pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFilm(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    splitJPEGs(bytes, piece: Int(bytes.first ?? 0) + 1)
    precondition((1...8).contains(ExifOrientation.of(bytes)))
    readPlanes(bytes)
    return 0
}

private func splitJPEGs(_ bytes: [UInt8], piece: Int) {
    var buffer: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
        buffer += bytes[start..<min(start + piece, bytes.count)]
        cutting: while true {
            switch MJPEGSplitter.cut(buffer) {
            case .picture(let range):
                precondition(range.lowerBound == 0 && range.upperBound <= buffer.count && range.count >= 4)
                buffer.removeFirst(range.upperBound)
            case .noise(let count):
                precondition(count <= buffer.count)
                buffer.removeFirst(min(max(1, count), buffer.count))
            case .needsMore: break cutting
            }
        }
    }
}

private func readPlanes(_ bytes: [UInt8]) {
    guard let end = bytes.prefix(Y4MHeader.longestLine).firstIndex(of: 0x0A),
        let header = Y4MHeader(String(decoding: bytes[..<end], as: UTF8.self)), header.frameBytes <= 1 << 20
    else { return }
    let planes = Array(bytes[(end + 1)...].prefix(header.frameBytes))
    if let packed = header.yuyv(planes) { precondition(packed.count == header.lumaBytes * 2) }
    let whole = planes + [UInt8](repeating: 7, count: header.frameBytes - planes.count)
    precondition(header.yuyv(whole)?.count == header.lumaBytes * 2)
}
