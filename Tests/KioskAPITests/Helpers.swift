import KioskPlatform

/// Sends some bytes and closes the connection at once.
func onOwnThreadClosing(_ path: String, _ bytes: [UInt8]) async throws {
    try await onOwnThread("cut") {
        let stream = try SocketStream.connect(unix: path)
        try stream.write(bytes)
        stream.shutdown()
    }
}
