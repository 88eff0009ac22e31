/// A TMP105 (or LM75) at address 0x48 on the journal's bus: a sixteenth of a degree.
///
/// Where it is not heard the bus is recovered, for the journal's sake too, and it is asked once more.
/// Datasheet: Texas Instruments SBOS648, sections 7.5.2 (temperature) and 7.5.3 (configuration).
public struct TMP105<Lines: I2CLines>: Thermometer {
    private static var writeAddress: UInt8 { 0x90 }
    private static var readAddress: UInt8 { 0x91 }
    private static var temperature: UInt8 { 0 }
    private static var configuration: UInt8 { 1 }
    /// Twelve bits, converting all the time.
    private static var twelveBits: UInt8 { 0x60 }

    private var bus: I2CBus<Lines>

    public init(lines: consuming Lines) { bus = I2CBus(lines: lines) }

    public mutating func read() -> Int16? {
        if let reading = readOnce() { return reading }
        bus.recover()
        if let reading = readOnce() { return reading }
        bus.recover()
        return nil
    }

    /// Writes the resolution each time: a sensor that lost power in between has forgotten it.
    private mutating func readOnce() -> Int16? {
        guard bus.start(), bus.send(Self.writeAddress), bus.send(Self.configuration), bus.send(Self.twelveBits) else {
            return nil
        }
        bus.stop()
        guard bus.start(), bus.send(Self.writeAddress), bus.send(Self.temperature), bus.start(),
            bus.send(Self.readAddress)
        else { return nil }
        let high = UInt16(bus.receive(last: false))
        let raw = high << 8 | UInt16(bus.receive(last: true))
        bus.stop()
        let sixteenths = Int32(Int16(bitPattern: raw) >> 4)
        return Int16(truncatingIfNeeded: sixteenths * 25 / 4)
    }
}
