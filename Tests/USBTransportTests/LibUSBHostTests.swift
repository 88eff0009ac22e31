import Foundation
import KioskTestSupport
import Testing
import USBTransport

extension USBSuites {
    /// What libusb must do even where no device is attached.
    @Suite struct LibUSB {
        private static func eventThreads() -> Int {
            let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
            return tasks.count { task in
                let name = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
                return name?.hasPrefix("usb-events") == true
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `the host starts, lists, and joins its event thread at the shutdown`() async throws {
            let host = try LibUSBHost()
            #expect(await eventually { Self.eventThreads() == 1 })
            for device in try await host.devices() { #expect(!device.path.isEmpty) }
            let events = await host.events()
            await host.shutdown()
            for await _ in events {}
            #expect(Self.eventThreads() == 0)
            #expect(await usbError { () throws(USBError) in try await host.devices() } != nil)
            await host.shutdown()
        }

        @Test(.timeLimit(.minutes(1)))
        func `fifty hosts after each other leave no thread and no open file`() async throws {
            @Sendable func resources() -> Int {
                ["/proc/self/fd", "/proc/self/task"].reduce(0) {
                    $0 + ((try? FileManager.default.contentsOfDirectory(atPath: $1).count) ?? 0)
                }
            }
            func cycle() async throws {
                let host = try LibUSBHost()
                _ = try await host.devices()
                _ = await host.events()
                await host.shutdown()
            }
            try await cycle()
            let before = resources()
            for _ in 0..<50 { try await cycle() }
            #expect(await eventually { resources() <= before + 6 }, "before \(before), after \(resources())")
        }

        @Test(.timeLimit(.minutes(1)))
        func `a device that is not there can't be opened`() async throws {
            let host = try LibUSBHost()
            let device = USBDeviceInfo(
                path: "250-1", vendorID: 1, productID: 1, bcdDevice: 0, deviceClass: 0, interfaces: [],
                manufacturer: nil, product: nil, serial: nil, generation: 1, isSimulated: false)
            #expect(await usbError { () throws(USBError) in try await host.open(device) } == .noDevice)
            await host.shutdown()
        }

        @Test(
            .enabled(
                if: USBTransportKind.isLibUSBWanted,
                "the contract over libusb needs a kernel with vhci_hcd, and root: set KIOSK_USB_CONTRACT=libusb there"))
        func `the kernel has a virtual host controller for the contract over libusb`() {
            #expect(FileManager.default.isWritableFile(atPath: "/sys/devices/platform/vhci_hcd.0/attach"))
        }
    }
}
