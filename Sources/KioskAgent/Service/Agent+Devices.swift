import KioskModel

/// What technicians do to devices: never while a step of a visit needs one, and no step begins meanwhile.
extension Agent {
    public func device(_ role: String) async throws(Fault) -> DeviceView {
        guard let device = await devices().first(where: { $0.role == role }) else {
            throw Fault(.apiNotFound, "no device of this role; kioskctl device list shows all")
        }
        return DeviceView(device: device, usb: try? await parts.desk?.report(of: role))
    }

    public func resetDevice(
        _ role: String, power: Bool, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.reset(role, power: power, answering: token)
        }
    }

    private func reset(
        _ role: String, power: Bool, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        let done = try await servicing(role) { desk throws(Fault) in
            guard power else { return try await desk.reset(role) }
            try await desk.cyclePower(of: role)
            return ["power-cycled"]
        }
        logger.notice("a technician reset \(role): \(done.joined(separator: ", "))")
        hub.emit("device", state: "\(role) \(power ? "power-cycled" : "reset")")
        let view = try await device(role)
        return try await answer(DeviceView(device: view.device, usb: view.usb, done: done), AgentChange(), token)
    }

    public func recordDevice(_ role: String, seconds: Int) async throws(Fault) -> [UInt8] {
        guard let desk = parts.desk else { throw Fault(.apiNotFound, "no USB devices here") }
        guard occupied.isEmpty else { throw Fault(.usbDeviceInUse, "a visit's step is under way", device: role) }
        logger.notice("a technician records \(role) for \(seconds) s")
        hub.emit("device", state: "\(role) recorded")
        // A driver that has nothing to do opens its device when it is asked how it is.
        let asking = Task { await devices() }
        defer { asking.cancel() }
        return Array(try await desk.record(role, for: .seconds(seconds)).utf8)
    }

    static let cabinetRole = "dispenser"

    /// Runs something on a device while no step of a visit is under way.
    func servicing<Value: Sendable>(
        _ role: String, _ body: @Sendable (any DeviceService) async throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        guard let desk = parts.desk else { throw Fault(.apiNotFound, "no USB devices here") }
        guard occupied.isEmpty else { throw Fault(.usbDeviceInUse, "a visit's step is under way", device: role) }
        guard role != Self.cabinetRole || !technicianAtCabinet else {
            throw Fault(.usbDeviceInUse, "a technician's act at the cabinet is under way", device: role)
        }
        guard serviced.insert(role).inserted else {
            throw Fault(.usbDeviceInUse, "another technician works on it", device: role)
        }
        defer { serviced.remove(role) }
        return try await body(desk)
    }
}
