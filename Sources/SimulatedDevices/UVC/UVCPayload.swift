/// One picture cut into payloads, each with its header (UVC 1.1, section 2.4.3.3).
enum UVCPayload {
    static let headerLength = 6

    private enum Bit {
        static let frame: UInt8 = 0x01
        static let endOfFrame: UInt8 = 0x02
        static let timeStamp: UInt8 = 0x04
        static let endOfHeader: UInt8 = 0x80
    }

    /// `frameBit` changes with every picture; `time` counts in the camera's clock.
    static func cut(_ picture: [UInt8], frameBit: Bool, time: UInt32) -> [[UInt8]] {
        let room = UVCStreamSettings.payload - headerLength
        return stride(from: 0, to: picture.count, by: room).map { start in
            let end = min(start + room, picture.count)
            var flags = Bit.endOfHeader | Bit.timeStamp
            if frameBit { flags |= Bit.frame }
            if end == picture.count { flags |= Bit.endOfFrame }
            var payload: [UInt8] = [UInt8(headerLength), flags]
            payload.reserveCapacity(headerLength + end - start)
            for shift in stride(from: UInt32(0), to: 32, by: 8) { payload.append(UInt8(time >> shift & 0xFF)) }
            payload.append(contentsOf: picture[start..<end])
            return payload
        }
    }
}
