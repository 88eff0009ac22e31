import USBTransport

/// One plugged device: takes the host's requests in order per endpoint, answers standard requests itself, hands
/// the rest to the device, and does to the wire what the faults say.
actor USBIPPort {
    /// The most requests that may wait on one device.
    private static let maximumWaiting = 1024

    nonisolated let busID: String
    /// What the device list says.
    nonisolated let listed: USBIPListedDevice

    private let device: any SimulatedUSBDevice
    private let unplugMe: @Sendable (USBIPPort) async -> Void
    private var standard: StandardRequests
    private var faults = USBWireFaultList()
    private var lanes: [UInt8: Lane] = [:]
    private var session: UInt64 = 0
    private var outbox: USBIPOutbox?
    /// Held from the import until the device has been told that it was let go.
    private var isImported = false
    private var isUnplugged = false

    /// What waits on one endpoint (0 is control), the first in service.
    private struct Lane {
        var waiting: [Request] = []
        /// The device's or a delay's task.
        var task: Task<Void, Never>?
        /// IN: the device was asked for a request that has been taken back.
        var wasTakenBack = false
        /// The first request is never answered.
        var isHung = false
        /// IN: what the device gave and no request has fetched.
        var given: [[UInt8]] = []
    }

    private struct Request {
        let submit: USBIPSubmit
        let data: [UInt8]
    }

    init(
        device: any SimulatedUSBDevice, busID: String, deviceNumber: UInt32,
        unplugMe: @escaping @Sendable (USBIPPort) async -> Void
    ) {
        self.device = device
        self.busID = busID
        self.unplugMe = unplugMe
        let descriptors = DescriptorSketch(
            device: device.deviceDescriptor, configuration: device.configurationDescriptor)
        listed = descriptors.listed(busID: busID, deviceNumber: deviceNumber)
        standard = StandardRequests(descriptors)
    }

    var pendingRequests: Int { lanes.values.reduce(0) { $0 + $1.waiting.count } }

    // MARK: Arrival and departure

    /// Takes the device for a connection and answers its import; nil where it is taken or gone.
    func attach(_ outbox: USBIPOutbox) async -> UInt64? {
        guard !isImported, !isUnplugged else { return nil }
        isImported = true
        session += 1
        standard.reset()
        await device.attached()
        guard !isUnplugged else {
            await device.detached()
            isImported = false
            return nil
        }
        self.outbox = outbox
        outbox.send(USBIPOperationHeader(code: .replyImport).encoded + listed.record.encoded)
        return session
    }

    /// Lets the device go when its connection has ended.
    func detach(_ session: UInt64) async {
        guard session == self.session, isImported else { return }
        dropAll()
        await device.detached()
        isImported = false
    }

    func unplug() {
        isUnplugged = true
        outbox?.finish()
        dropAll()
    }

    private func dropAll() {
        outbox = nil
        // Answers to what was asked before now belong to nobody.
        let old = lanes
        lanes = [:]
        for lane in old.values { lane.task?.cancel() }
    }

    // MARK: Requests

    func submit(_ submit: USBIPSubmit, data: [UInt8], session: UInt64) {
        guard session == self.session, outbox != nil else { return }
        guard submit.deviceID == listed.record.deviceID else { return answer(submit, status: USBIPStatus.noDevice) }
        guard pendingRequests < Self.maximumWaiting else {
            outbox?.finish()
            return
        }
        lanes[submit.address, default: Lane()].waiting.append(Request(submit: submit, data: data))
        pump(submit.address)
    }

    func unlink(_ target: UInt32, sequence: UInt32, session: UInt64) {
        guard session == self.session else { return }
        for (address, lane) in lanes {
            guard let index = lane.waiting.firstIndex(where: { $0.submit.sequence == target }) else { continue }
            lanes[address]?.waiting.remove(at: index)
            if index == 0 { takeBackFirst(of: address) }
            outbox?.send(USBIPMessage.unlinked(sequence: sequence, status: USBIPStatus.connectionReset).encoded)
            pump(address)
            return
        }
        outbox?.send(USBIPMessage.unlinked(sequence: sequence, status: USBIPStatus.ok).encoded)
    }

    func inject(_ fault: USBWireFault) {
        faults.add(fault)
        if case .stall(let endpoint) = fault { pump(endpoint) }
    }

    private func takeBackFirst(of address: UInt8) {
        lanes[address]?.isHung = false
        guard let task = lanes[address]?.task else { return }
        lanes[address]?.wasTakenBack = true
        task.cancel()
    }

    private func pump(_ address: UInt8) {
        if address & 0x80 != 0 { pumpIn(address) } else { pumpOut(address) }
    }

    // MARK: IN endpoints: what the device gives goes to the first request that waits

    private func pumpIn(_ address: UInt8) {
        while let lane = lanes[address], let first = lane.waiting.first, !lane.isHung {
            if takeStall(address) {
                finishFirst(address, status: USBIPStatus.brokenPipe)
            } else if let bytes = lane.given.first {
                lanes[address]?.given.removeFirst()
                give(bytes, to: first, address)
            } else {
                if lane.task == nil { ask(address, upTo: first.submit.length) }
                return
            }
        }
    }

    private func ask(_ address: UInt8, upTo length: Int) {
        let (device, session) = (device, session)
        lanes[address]?.wasTakenBack = false
        lanes[address]?.task = Task {
            let result = await device.send(upTo: length, endpoint: address)
            if let delay = takeDelay(address, session) { try? await Task.sleep(for: delay) }
            taken(result, from: address, session)
        }
    }

    private func taken(_ result: SimulatedTransferResult, from address: UInt8, _ session: UInt64) {
        guard session == self.session, let lane = lanes[address] else { return }
        lanes[address]?.task = nil
        switch result {
        case .done(let bytes):
            if !(bytes.isEmpty && lane.wasTakenBack) { lanes[address]?.given.append(bytes) }
        case .hang: lanes[address]?.isHung = !lane.wasTakenBack
        case .stall, .short: standard.halted.insert(address)
        }
        pumpIn(address)
    }

    private func give(_ bytes: [UInt8], to request: Request, _ address: UInt8) {
        var bytes = bytes
        if faults.takeHang(for: address) {
            lanes[address]?.isHung = true
            return
        }
        if bytes.count > request.submit.length {
            lanes[address]?.given.insert(Array(bytes.dropFirst(request.submit.length)), at: 0)
            bytes = Array(bytes.prefix(request.submit.length))
        }
        if !bytes.isEmpty, faults.takeCorruption(for: address) { bytes[bytes.count / 2] ^= 0x20 }
        finishFirst(address, data: bytes)
    }

    // MARK: OUT endpoints and control: the first request is with the device, the others wait

    private func pumpOut(_ address: UInt8) {
        while let lane = lanes[address], let first = lane.waiting.first, lane.task == nil, !lane.isHung {
            if takeStall(address) {
                finishFirst(address, status: USBIPStatus.brokenPipe)
            } else if faults.takeHang(for: address) {
                lanes[address]?.isHung = true
            } else {
                start(first, address)
            }
        }
    }

    private func start(_ request: Request, _ address: UInt8) {
        let (device, session) = (device, session)
        lanes[address]?.wasTakenBack = false
        lanes[address]?.task = Task {
            if let delay = takeDelay(address, session) { try? await Task.sleep(for: delay) }
            guard !Task.isCancelled else { return done(.hang, address, session) }
            if address == 0 {
                let bytes = await control(request)
                done(bytes.map { .done($0) } ?? .stall, address, session)
            } else {
                done(await device.receive(request.data, endpoint: address), address, session)
            }
        }
    }

    private func control(_ request: Request) async -> [UInt8]? {
        guard let setup = SimulatedSetup(decoding: request.submit.setup) else { return nil }
        switch standard.answer(setup, strings: device.strings) {
        case .bytes(let bytes): return bytes
        case .refused: return nil
        case .cleared(let endpoint):
            if await device.haltCleared(endpoint) { lanes[endpoint]?.given = [] }
            pump(endpoint)
            return []
        case .forDevice: return await device.control(setup, data: request.data)
        }
    }

    private func done(_ result: SimulatedTransferResult, _ address: UInt8, _ session: UInt64) {
        guard session == self.session, let lane = lanes[address] else { return }
        lanes[address]?.task = nil
        if !lane.wasTakenBack, let first = lane.waiting.first {
            let length = first.submit.length
            switch result {
            case .done(let bytes) where first.submit.isDeviceToHost:
                finishFirst(address, data: Array(bytes.prefix(length)))
            case .done: finishFirst(address, moved: length)
            case .short(let count): finishFirst(address, moved: min(max(0, count), length))
            case .stall:
                if address != 0 { standard.halted.insert(address) }
                finishFirst(address, status: USBIPStatus.brokenPipe)
            case .hang: lanes[address]?.isHung = true
            }
        }
        pumpOut(address)
    }

    // MARK: Answers

    private func finishFirst(
        _ address: UInt8, status: Int32 = USBIPStatus.ok, moved: Int = 0, data: [UInt8] = []
    ) {
        guard let first = lanes[address]?.waiting.first else { return }
        lanes[address]?.waiting.removeFirst()
        answer(first.submit, status: status, moved: moved, data: data)
        guard address != 0, faults.countTransfer() else { return }
        unplug()
        Task { await unplugMe(self) }
    }

    private func answer(_ submit: USBIPSubmit, status: Int32, moved: Int = 0, data: [UInt8] = []) {
        let length = max(moved, data.count)
        let header = USBIPMessage.submitted(sequence: submit.sequence, status: status, actualLength: length)
        outbox?.send(header.encoded + data)
    }

    /// Whether the endpoint is halted, by the device, the host or a fault.
    private func takeStall(_ address: UInt8) -> Bool {
        if faults.takeStall(for: address) {
            // A control stall lasts for its one request (USB 2.0 section 8.5.3.4).
            if address == 0 { return true }
            standard.halted.insert(address)
        }
        return standard.halted.contains(address)
    }

    private func takeDelay(_ address: UInt8, _ session: UInt64) -> Duration? {
        session == self.session ? faults.takeDelay(for: address) : nil
    }
}
