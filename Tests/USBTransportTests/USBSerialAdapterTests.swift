import Foundation
import KioskTestSupport
import Testing
import USBTransport

extension USBSuites {
    /// A device that was not written for these tests: the emulator's FTDI adapter, with an echo behind its line.
    @Suite(
        .enabled(
            if: ProcessInfo.processInfo.environment["KIOSK_USB_SERIAL"] != nil,
            "needs an FTDI adapter whose line echoes: set KIOSK_USB_SERIAL where one is"))
    struct SerialAdapter {
        /// Requests of FTDI's chips (Linux drivers/usb/serial/ftdi_sio.h): reset, and 9600 baud as divisor.
        private static let reset = USBSetup(requestType: 0x40, request: 0, value: 0, index: 0, readLength: 0)
        private static let speed = USBSetup(requestType: 0x40, request: 3, value: 0x4138, index: 0, readLength: 0)

        @Test(.timeLimit(.minutes(1)))
        func `what is written to a serial adapter comes back from the other end of its line`() async throws {
            let host = try LibUSBHost()
            let found = try #require(
                try await host.devices().first { $0.vendorID == 0x0403 && $0.productID == 0x6001 })
            #expect(!found.isSimulated)
            let device = try await host.open(found)
            try await device.claim(interface: 0)
            for setup in [Self.reset, Self.speed] {
                _ = try await device.control(setup, data: [], timeout: .seconds(5))
            }
            let sent = Array("kiosk, can you hear me?".utf8)
            #expect(try await device.write(sent, to: 0x02, timeout: .seconds(5)) == sent.count)
            var heard: [UInt8] = []
            for _ in 0..<500 where heard.count < sent.count {
                // Each packet begins with two bytes of line state.
                heard += try await device.read(upTo: 64, from: 0x81, timeout: .seconds(5)).dropFirst(2)
            }
            #expect(heard == sent)
            await device.close()
            await host.shutdown()
        }
    }
}
