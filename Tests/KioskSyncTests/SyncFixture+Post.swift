import KioskLab
import KioskPlatform

extension SyncFixture {
    /// Posts a text to the platform as it is, and returns the answer's head.
    func post(_ text: String) async throws -> String {
        let port = await platform.port
        return try await onOwnThread("post") {
            let stream = try SocketStream.connect(host: "127.0.0.1", port: UInt16(port))
            let head = """
                POST /fhir HTTP/1.1\r
                host: 127.0.0.1\r
                content-type: application/fhir+json\r
                content-length: \(text.utf8.count)\r
                connection: close\r
                \r

                """
            try stream.write(Array((head + text).utf8))
            return String(decoding: try stream.read(upTo: 512, deadline: .now + .seconds(20)), as: UTF8.self)
        }
    }
}
