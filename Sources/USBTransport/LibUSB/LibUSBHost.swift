import CUSB

/// The devices of this machine, through libusb.
public actor LibUSBHost: USBHost {
    /// Hotplug has open races: the list is asked again even when nothing was heard.
    private static let rescanInterval = Duration.seconds(2)

    /// One stay of one device.
    private struct Stay {
        var info: USBDeviceInfo
        let device: LibUSBDevice
        var handle: LibUSBHandle?
    }

    /// Nil after the shutdown.
    private var context: LibUSBContext?
    private let hotplug: LibUSBHotplug.Registration
    private var stays: [String: Stay] = [:]
    /// Everything opened and not yet closed, also of devices that have gone.
    private var handles: [LibUSBHandle] = []
    private var generation: UInt64 = 0
    private var lastRefresh: Task<Result<Void, USBError>, Never>?
    private var watching: [Task<Void, Never>] = []
    private var streams = USBEventStreams()
    private var isShutDown = false
    private let power: USBPortPower
    /// Power switches that are under way.
    private var switching = 0
    /// A former process, or a switch that failed, may have left a port off.
    private var mayBeOff = true

    /// Starts the event thread; `shutdown()` ends it. Throws what libusb's start met.
    ///
    /// `switchedOff`: a folder in which the ports are noted that are switched off for a moment, so that the next process
    /// switches on what a killed one left off; nil notes nothing.
    public init(switchedOff folder: String? = nil) throws(USBError) {
        power = USBPortPower(notes: folder)
        let context = try LibUSBContext()
        try context.start()
        self.context = context
        hotplug = LibUSBHotplug.register(on: context)
    }

    public func devices() async throws(USBError) -> [USBDeviceInfo] {
        try await refresh()
        return present
    }

    public func events() async -> AsyncStream<USBHostEvent> {
        try? await refresh()
        let stream = streams.open(with: present)
        if isShutDown { streams.finish() } else { startWatching() }
        return stream
    }

    public func open(_ device: USBDeviceInfo) async throws(USBError) -> any USBConnection {
        let stay = try check(device)
        guard stay.handle?.isOpen != true else { throw .busy }
        let handle = try await LibUSBHandle.open(stay.device)
        do throws(USBError) {
            guard try check(device).handle?.isOpen != true else { throw .busy }
            stays[device.path]?.handle = handle
            handles.removeAll(where: \.isClosed)
            handles.append(handle)
            return try await connection(device, stay.device, handle)
        } catch {
            await handle.close()
            throw error
        }
    }

    /// Opens the kernel's node alone: a device whose endpoint 0 is dead answers no question for its descriptors.
    func resetUnopened(_ device: USBDeviceInfo) async throws(USBError) {
        let stay = try check(device)
        guard stay.handle?.isOpen != true else { throw .busy }
        let handle = try await LibUSBHandle.open(stay.device)
        do throws(USBError) {
            try check(device)
            handles.removeAll(where: \.isClosed)
            handles.append(handle)
            try await handle.resetPort()
        } catch {
            await handle.close()
            throw error
        }
        await handle.close()
    }

    func switchPower(ofPort path: String) async throws(USBError) {
        switching += 1
        defer { switching -= 1 }
        do throws(USBError) {
            try await power.cycle(path: path)
        } catch {
            mayBeOff = true
            throw error
        }
    }

    public func shutdown() async {
        guard !isShutDown else { return }
        isShutDown = true
        for task in watching { task.cancel() }
        _ = await lastRefresh?.value
        for handle in handles { await handle.close() }
        handles = []
        stays = [:]
        streams.finish()
        if let context {
            await blocking("usb-hotplug") { [hotplug] in hotplug.deregister(from: context) }
            await context.stop()
        }
        for task in watching { await task.value }
        lastRefresh = nil
        context = nil
    }

    // MARK: Opening

    @discardableResult
    private func check(_ device: USBDeviceInfo) throws(USBError) -> Stay {
        guard !isShutDown else { throw .failed("the bus is shut down") }
        guard let stay = stays[device.path], stay.info.isSameAttachment(as: device) else { throw .noDevice }
        return stay
    }

    private func connection(
        _ device: USBDeviceInfo, _ stay: LibUSBDevice, _ handle: LibUSBHandle
    ) async throws(USBError) -> any USBConnection {
        let active = try await handle.call("usb-configuration") { handle in
            var value: Int32 = 0
            let result = libusb_get_configuration(handle, &value)
            return result < 0 ? result : value
        }
        guard active > 0 else { throw .badDescriptor("the device is not configured") }
        let identity = try await USBIdentity(active: UInt8(clamping: active)) { setup throws(USBError) in
            try await handle.control(setup, data: [], timeout: .seconds(2))
        }
        let descriptor = identity.descriptor
        guard descriptor.vendorID == device.vendorID, descriptor.productID == device.productID else {
            throw .badDescriptor("other ids than at its arrival")
        }
        try check(device)
        let manufacturer = identity.manufacturer ?? device.manufacturer
        let info = device.with(
            manufacturer: manufacturer, product: identity.product ?? device.product,
            serial: identity.serial ?? device.serial,
            isSimulated: device.isSimulated || manufacturer == USBDeviceInfo.laboratoryManufacturer)
        stays[device.path]?.info = info
        return LibUSBConnection(device: info, configuration: identity.configuration, handle: handle)
    }

    // MARK: Arrival and departure

    private var present: [USBDeviceInfo] { stays.values.map(\.info).sorted { $0.path < $1.path } }

    /// Reads the list, one caller after the other, so that an older list never overwrites a newer one.
    private func refresh() async throws(USBError) {
        guard !isShutDown else { throw .failed("the bus is shut down") }
        let task = Task { [lastRefresh] in
            _ = await lastRefresh?.value
            return await self.readList()
        }
        lastRefresh = task
        try await task.value.get()
    }

    private func readList() async -> Result<Void, USBError> {
        if mayBeOff, switching == 0 { mayBeOff = await !blocking("usb-power") { [power] in power.restore() } }
        guard let context, !isShutDown else { return .failure(.failed("the bus is shut down")) }
        let (known, first) = (Set(stays.values.map(\.device.address)), generation + 1)
        let listed = await blocking("usb-list") { () -> Result<[(LibUSBDevice, USBDeviceInfo?)], USBError> in
            LibUSBDevice.attached(to: context).map { devices in
                var next = first
                return devices.map { device in
                    guard !known.contains(device.address) else { return (device, nil) }
                    defer { next += 1 }
                    return (device, device.describe(generation: next))
                }
            }
        }
        guard !isShutDown else { return .failure(.failed("the bus is shut down")) }
        return listed.map { merge($0) }
    }

    private func merge(_ listed: [(LibUSBDevice, USBDeviceInfo?)]) {
        let attached = Set(listed.map(\.0.address))
        for stay in stays.values where !attached.contains(stay.device.address) {
            stays[stay.info.path] = nil
            if let handle = stay.handle {
                handle.deviceHasGone()
                Task { await handle.close() }
            }
            streams.send(.departed(stay.info))
        }
        for (device, info) in listed {
            guard let info, stays[info.path] == nil else { continue }
            generation = max(generation, info.generation)
            stays[info.path] = Stay(info: info, device: device)
            streams.send(.arrived(info))
        }
    }

    private func startWatching() {
        guard watching.isEmpty else { return }
        watching = [
            Task { [weak self, changes = hotplug.hotplug.changes] in
                for await _ in changes { try? await self?.refresh() }
            },
            Task { [hotplug] in
                while (try? await Task.sleep(for: Self.rescanInterval)) != nil { hotplug.poke() }
            },
        ]
    }
}
