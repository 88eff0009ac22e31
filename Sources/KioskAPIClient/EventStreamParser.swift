/// Cuts a stream of bytes into the data of server-sent events (WHATWG HTML, section 9.2.6).
struct EventStreamParser {
    private static let longestEvent = 1 << 20

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false

    /// The data of every event that ends within these bytes. Throws where one is longer than 1 MiB.
    mutating func feed(_ bytes: [UInt8]) throws(APIClientError) -> [[UInt8]] {
        var events: [[UInt8]] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                guard line.count + data.count <= Self.longestEvent else { throw .protocol("an event is too long") }
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty {
                if hasData { events.append(data) }
                data = []
                hasData = false
            } else if line.starts(with: "data:".utf8) {
                if hasData { data.append(UInt8(ascii: "\n")) }
                data += line.dropFirst(line.count > 5 && line[5] == UInt8(ascii: " ") ? 6 : 5)
                hasData = true
            }
            line = []
        }
        return events
    }
}
