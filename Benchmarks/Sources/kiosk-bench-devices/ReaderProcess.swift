import BenchSupport
import SimulatedDevices

/// `reader`: a simulated CCID reader with a card on a USB/IP server; prints its port, ends with standard input.
enum ReaderProcess {
    static let bus = "1-1"

    static func serve() async throws {
        let server = USBIPServer()
        let port = try await server.start()
        let reader = SimulatedCCIDReader()
        reader.insert(CardTalk.card)
        await server.plug(reader, at: bus)
        say(String(port))
        while readLine() != nil {}
        await server.stop()
    }
}
