/// A piece of the temperature log; all temperatures in hundredths of a degree Celsius, -32768 where there is none.
///
/// Body: number of the first reading here (4), number that the next reading will have (4), seconds between readings (2),
/// seconds since the boot (4), age of the newest reading in seconds (4), lowest and highest since the boot (2, 2),
/// readings (2 each, the oldest first).
public struct TemperatureReport: Sendable, Equatable {
    /// Readings in one frame.
    public static var capacity: Int { 100 }

    public let first: UInt32
    public let next: UInt32
    public let interval: UInt16
    public let uptime: UInt32
    public let newestAge: UInt32
    public let least: Int16
    public let most: Int16
    public private(set) var count = 0
    private var readings = InlineArray<100, Int16>(repeating: 0)

    public init(
        first: UInt32, next: UInt32, interval: UInt16, uptime: UInt32, newestAge: UInt32, least: Int16, most: Int16
    ) {
        self.first = first
        self.next = next
        self.interval = interval
        self.uptime = uptime
        self.newestAge = newestAge
        self.least = least
        self.most = most
    }

    /// The reading at a place below `count`, or nil where it is none.
    public func reading(at index: Int) -> Int16? {
        guard index >= 0, index < count, readings[index] != TemperatureLog.missing else { return nil }
        return readings[index]
    }

    /// False, and nothing changed, when full.
    mutating func append(_ reading: Int16) -> Bool {
        guard count < Self.capacity else { return false }
        readings[count] = reading
        count += 1
        return true
    }

    func append(to body: inout FrameBody) {
        body.append(littleEndian: first)
        body.append(littleEndian: next)
        body.append(littleEndian: interval)
        body.append(littleEndian: uptime)
        body.append(littleEndian: newestAge)
        body.append(littleEndian: UInt16(bitPattern: least))
        body.append(littleEndian: UInt16(bitPattern: most))
        for index in 0..<count { body.append(littleEndian: UInt16(bitPattern: readings[index])) }
    }

    init?(_ reader: inout ByteReader<248>) {
        guard let first = reader.uint32(), let next = reader.uint32(), let interval = reader.uint16(),
            let uptime = reader.uint32(), let age = reader.uint32(), let least = reader.uint16(),
            let most = reader.uint16()
        else { return nil }
        self.init(
            first: first, next: next, interval: interval, uptime: uptime, newestAge: age,
            least: Int16(bitPattern: least), most: Int16(bitPattern: most))
        while !reader.isAtEnd {
            guard let reading = reader.uint16(), append(Int16(bitPattern: reading)) else { return nil }
        }
        // More readings than there ever were is no answer.
        guard first <= next, UInt32(count) <= next - first else { return nil }
    }

    public static func == (one: Self, other: Self) -> Bool {
        guard one.count == other.count, one.first == other.first, one.next == other.next,
            one.interval == other.interval, one.uptime == other.uptime, one.newestAge == other.newestAge,
            one.least == other.least, one.most == other.most
        else { return false }
        for index in 0..<one.count where one.readings[index] != other.readings[index] { return false }
        return true
    }
}

extension TemperatureReport: Hashable {
    public func hash(into hasher: inout Hasher) {
        hasher.combine(first)
        hasher.combine(next)
        hasher.combine(uptime)
    }
}
