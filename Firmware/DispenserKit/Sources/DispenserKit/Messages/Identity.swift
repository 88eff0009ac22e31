/// Who the controller is, and how far its transaction numbers have come.
///
/// Body: protocol version (1), firmware major, minor, patch (3), slots (2), high-water mark (4), unit number (8).
/// A newer version may add fields at the end.
public struct Identity: Sendable, Hashable {
    public let protocolVersion: UInt8
    public let firmware: FirmwareVersion
    /// How many slots the cabinet has; their numbers need not be consecutive.
    public let slots: UInt16
    /// The highest transaction number that it has seen.
    public let highWaterMark: UInt32
    /// The microcontroller's own number.
    public let unit: UInt64

    public init(
        firmware: FirmwareVersion, slots: UInt16, highWaterMark: UInt32, unit: UInt64,
        protocolVersion: UInt8 = Frame.currentVersion
    ) {
        self.protocolVersion = protocolVersion
        self.firmware = firmware
        self.slots = slots
        self.highWaterMark = highWaterMark
        self.unit = unit
    }

    func append(to body: inout FrameBody) {
        body.append(protocolVersion)
        body.append(firmware.major)
        body.append(firmware.minor)
        body.append(firmware.patch)
        body.append(littleEndian: slots)
        body.append(littleEndian: highWaterMark)
        body.append(littleEndian: UInt32(truncatingIfNeeded: unit))
        body.append(littleEndian: UInt32(truncatingIfNeeded: unit >> 32))
    }

    init?(_ reader: inout ByteReader<248>) {
        guard let version = reader.byte(), let major = reader.byte(), let minor = reader.byte(),
            let patch = reader.byte(), let slots = reader.uint16(), let highWaterMark = reader.uint32(),
            let low = reader.uint32(), let high = reader.uint32()
        else { return nil }
        self.init(
            firmware: FirmwareVersion(major: major, minor: minor, patch: patch), slots: slots,
            highWaterMark: highWaterMark, unit: UInt64(low) | UInt64(high) << 32, protocolVersion: version)
    }
}
