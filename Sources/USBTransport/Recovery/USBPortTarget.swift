/// What an act on a port is for: a device that was opened, one that can't be, or a port on which none is listed.
enum USBPortTarget: Sendable {
    case connection(any USBConnection)
    case device(USBDeviceInfo)
    case port(String)

    var connection: (any USBConnection)? {
        if case .connection(let connection) = self { connection } else { nil }
    }

    var device: USBDeviceInfo? {
        switch self {
        case .connection(let connection): connection.device
        case .device(let device): device
        case .port: nil
        }
    }

    var path: String {
        if case .port(let path) = self { path } else { device?.path ?? "" }
    }

    /// Resets the port or switches its power off and on; what was open is closed then, whatever came of it.
    func act(_ rung: USBRecoveryRung, through port: any USBPortRecovery) async throws(USBError) {
        do throws(USBError) {
            switch (rung, self) {
            case (.portReset, .connection(let connection)): try await port.resetPort(of: connection)
            case (.portReset, .device(let device)): try await port.resetPort(of: device)
            default: break
            }
        } catch {
            await connection?.close()
            throw error
        }
        await connection?.close()
        if rung == .portPower { try await port.cyclePower(ofPort: path) }
    }
}
