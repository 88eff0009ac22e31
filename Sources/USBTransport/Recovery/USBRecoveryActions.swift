/// The rungs that go through the device itself. What fails here shows at the next use.
enum USBRecoveryActions {
    static let printerClass: UInt8 = 0x07

    /// Clears the halt of every bulk and interrupt endpoint of a role's interfaces.
    static func clearHalts(of connection: any USBConnection, interfaceClass: UInt8?) async {
        for interface in connection.configuration.interfaces where interface.alternate == 0 {
            if let interfaceClass, interface.kind.interfaceClass != interfaceClass { continue }
            await claimed(interface, connection) {
                for endpoint in interface.endpoints where endpoint.transfer == .bulk || endpoint.transfer == .interrupt
                {
                    try? await connection.clearHalt(endpoint.address)
                }
            }
        }
    }

    /// SOFT_RESET (USB printer class 1.1, section 4.2.3).
    static func resetPrinter(_ connection: any USBConnection) async {
        guard let interface = connection.configuration.interface(class: printerClass) else { return }
        await claimed(interface, connection) {
            let setup = USBSetup(requestType: 0x21, request: 2, index: UInt16(interface.number))
            _ = try? await connection.control(setup, data: [], timeout: .seconds(2))
        }
    }

    private static func claimed(
        _ interface: USBInterface, _ connection: any USBConnection, _ body: () async -> Void
    ) async {
        guard (try? await connection.claim(interface: interface.number)) != nil else { return }
        await body()
        try? await connection.release(interface: interface.number)
    }
}
