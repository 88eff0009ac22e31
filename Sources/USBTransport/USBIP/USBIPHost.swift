/// The devices that a USB/IP server exports, for machines without the hardware and for tests.
///
/// Every device counts as simulated. Arrival is found by asking for the list; departure is the end of the
/// connection, or absence from the list. Bytes moved before a time-out can't be known here.
public actor USBIPHost: USBHost {
    /// One stay of one device.
    private struct Stay {
        var info: USBDeviceInfo
        /// What tells a replugged device from one that stayed, where no connection noticed.
        let record: USBIPDeviceRecord
        var link: USBIPLink?
    }

    private let dialer: USBIPDialer
    private let pollInterval: Duration
    private var stays: [String: Stay] = [:]
    private var generation: UInt64 = 0
    /// Counts departures seen by connections: a list from before one is out of date.
    private var departures: UInt64 = 0
    private var lastRefresh: Task<Result<Void, USBError>, Never>?
    private var polling: Task<Void, Never>?
    private var streams = USBEventStreams()
    private var isShutDown = false

    /// `host` is a dotted quad. Nothing is connected yet.
    public init(host: String, port: UInt16, pollInterval: Duration = .milliseconds(500)) {
        dialer = USBIPDialer(host: host, port: port)
        self.pollInterval = pollInterval
    }

    public func devices() async throws(USBError) -> [USBDeviceInfo] {
        try await refresh()
        return present
    }

    public func events() async -> AsyncStream<USBHostEvent> {
        // An unreachable server has no devices; the polling goes on asking.
        try? await refresh()
        let stream = streams.open(with: present)
        if isShutDown { streams.finish() } else { startPolling() }
        return stream
    }

    public func open(_ device: USBDeviceInfo) async throws(USBError) -> any USBConnection {
        try check(device)
        let (stream, record) = try await dialer.importDevice(device.path)
        let link = USBIPLink(stream: stream, record: record) { [weak self] in
            await self?.departed(device)
        }
        do throws(USBError) {
            try check(device)
            guard stays[device.path]?.record.deviceNumber == record.deviceNumber else { throw .noDevice }
            stays[device.path]?.link = link
            return try await connection(device, record, link)
        } catch {
            await close(link, of: device)
            throw error
        }
    }

    public func shutdown() async {
        isShutDown = true
        polling?.cancel()
        await polling?.value
        _ = await lastRefresh?.value
        for link in stays.values.compactMap(\.link) { await link.close() }
        stays = [:]
        streams.finish()
    }

    // MARK: Opening

    private func check(_ device: USBDeviceInfo) throws(USBError) {
        guard !isShutDown else { throw .failed("the bus is shut down") }
        guard let stay = stays[device.path], stay.info.isSameAttachment(as: device) else { throw .noDevice }
    }

    private func connection(
        _ device: USBDeviceInfo, _ record: USBIPDeviceRecord, _ link: USBIPLink
    ) async throws(USBError) -> any USBConnection {
        let identity = try await USBIdentity(active: record.configurationValue) { setup throws(USBError) in
            try await link.control(setup, data: [], timeout: .seconds(2))
        }
        let descriptor = identity.descriptor
        guard descriptor.vendorID == record.vendorID, descriptor.productID == record.productID else {
            throw .badDescriptor("other ids than the list says")
        }
        try check(device)
        let info = device.with(
            manufacturer: identity.manufacturer, product: identity.product, serial: identity.serial,
            isSimulated: true)
        stays[device.path]?.info = info
        return USBIPConnection(device: info, configuration: identity.configuration, link: link)
    }

    private func close(_ link: USBIPLink, of device: USBDeviceInfo) async {
        await link.close()
        if stays[device.path]?.link === link { stays[device.path]?.link = nil }
    }

    // MARK: Arrival and departure

    private var present: [USBDeviceInfo] { stays.values.map(\.info).sorted { $0.path < $1.path } }

    /// Asks for the list, one caller after the other, so that an older list never overwrites a newer one.
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
        do throws(USBError) {
            var seen = departures
            var list = try await dialer.list()
            while seen != departures, !isShutDown {
                seen = departures
                list = try await dialer.list()
            }
            if !isShutDown { merge(list) }
            return .success(())
        } catch {
            // What is connected is still there; of the others nothing is known any more.
            for stay in stays.values where stay.link?.isOpen != true { departed(stay.info) }
            return .failure(error)
        }
    }

    private func merge(_ list: [USBIPListedDevice]) {
        for (busID, stay) in stays {
            if let listed = list.first(where: { $0.record.busID == busID }) {
                if !listed.record.isSameArrival(as: stay.record) { departed(stay.info) }
            } else if stay.link?.isOpen != true {
                // Some servers do not list what is imported: there the connection alone tells.
                departed(stay.info)
            }
        }
        for listed in list where stays[listed.record.busID] == nil {
            generation += 1
            let record = listed.record
            let info = USBDeviceInfo(
                path: record.busID, vendorID: record.vendorID, productID: record.productID,
                bcdDevice: record.bcdDevice, deviceClass: record.deviceClass.interfaceClass,
                interfaces: listed.interfaces, manufacturer: nil, product: nil, serial: nil, generation: generation,
                isSimulated: true)
            stays[record.busID] = Stay(info: info, record: record)
            streams.send(.arrived(info))
        }
    }

    private func departed(_ device: USBDeviceInfo) {
        guard let stay = stays[device.path], stay.info.isSameAttachment(as: device) else { return }
        departures += 1
        stays[device.path] = nil
        streams.send(.departed(stay.info))
        if let link = stay.link, link.isOpen { Task { await link.close() } }
    }

    private func startPolling() {
        guard polling == nil else { return }
        polling = Task { [weak self, pollInterval] in
            while (try? await Task.sleep(for: pollInterval)) != nil {
                guard let self else { return }
                try? await self.refresh()
            }
        }
    }
}
