import KioskTestSupport
import SimulatedDevices
import Synchronization
import Testing
import USBTransport

/// Several places of the bus at which devices come and go at the same time: each on a controller of its own where the
/// kernel takes part, because a hub waits for one of its ports after the other.
final class PlugLanes: Sendable {
    struct Lane: Sendable {
        let busID: String
        /// Of the kernel's virtual controllers; nil over USB/IP alone.
        let slot: Int?
        /// By which the host names whatever is there.
        let path: String
    }

    let lanes: [Lane]
    private let bench: USBBench
    private let present = Mutex<[String: USBDeviceInfo]>([:])
    /// Arrivals and departures that the host told of.
    private let told = Mutex<(arrived: Int, departed: Int)>((0, 0))

    init(_ bench: USBBench) throws {
        self.bench = bench
        let count = bench.kind == .usbip ? 4 : VirtualHostController.count
        lanes = try (0..<count).map { number in
            let busID = "\(number + 1)-1"
            guard bench.kind == .libusb else { return Lane(busID: busID, slot: nil, path: busID) }
            let slot = try VirtualHostController.firstSlot(ofController: number)
            return Lane(busID: busID, slot: slot, path: try VirtualHostController.path(ofSlot: slot))
        }
    }

    /// Cycles that no lane has begun.
    private let left = Mutex(0)

    var arrivals: Int { told.withLock(\.arrived) }
    var departures: Int { told.withLock(\.departed) }

    /// Follows what the host tells, until it is shut down.
    func follow(_ events: AsyncStream<USBHostEvent>) async {
        for await event in events {
            switch event {
            case .arrived(let device) where device.vendorID == USBDescriptorBuilder.vendorID:
                told.withLock { $0.arrived += 1 }
                present.withLock { $0[device.path] = device }
            case .departed(let device) where device.vendorID == USBDescriptorBuilder.vendorID:
                told.withLock { $0.departed += 1 }
                present.withLock { $0[device.path] = nil }
            default: break
            }
        }
    }

    /// Plugs a device in, waits until the host has it, opens it or not, unplugs it, waits until it has gone.
    func cycle(_ lane: Lane, opened: Bool) async throws {
        try await bench.plug(EchoDevice(), at: lane.busID, slot: lane.slot)
        let came = await eventually(within: .seconds(30)) { self.present.withLock { $0[lane.path] != nil } }
        let device = present.withLock { $0[lane.path] }
        try #require(came && device != nil, "the device at \(lane.path) did not arrive")
        if opened, let device { _ = try await bench.host.open(device) }
        await bench.unplug(lane.busID)
        let went = await eventually(within: .seconds(30)) { self.present.withLock { $0[lane.path] == nil } }
        try #require(went, "the device at \(lane.path) did not depart")
    }

    /// Cycles on all lanes at once, until so many are done or the time is over. Returns how many were done.
    func cycle(times: Int, within limit: Duration) async throws -> Int {
        let deadline = ContinuousClock.now + limit
        left.withLock { $0 = times }
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in lanes {
                group.addTask {
                    var done = 0
                    while ContinuousClock.now < deadline, let number = self.take() {
                        try await self.cycle(lane, opened: number % 2 == 0)
                        done += 1
                    }
                    return done
                }
            }
            return try await group.reduce(0, +)
        }
    }

    private func take() -> Int? {
        left.withLock { left in
            guard left > 0 else { return nil }
            left -= 1
            return left
        }
    }
}
