import DispenserKit
import KioskModel

// The technician's side of the machine: homing, the door, the firmware.

extension CabinetDriver {
    public func home(transaction: UInt32, slot: Int) async throws(Fault) -> CabinetHoming {
        try await oneAtATime { () async throws(Fault) -> CabinetHoming in
            try await self.turnHome(transaction: transaction, slot: slot)
        }
    }

    public func door(release: Bool) async throws(Fault) -> Bool {
        try await oneAtATime { () async throws(Fault) -> Bool in
            let reply = try await self.ask(.door(release: release))
            guard case .door(let isOpen) = reply else { throw await self.unexpected(reply) }
            return isOpen
        }
    }

    public func firmware() async throws(Fault) -> CabinetFirmware {
        try await oneAtATime { () async throws(Fault) -> CabinetFirmware in
            CabinetFirmware(try await self.firmwareReport())
        }
    }

    public func install(firmware image: [UInt8]) async throws(Fault) -> CabinetFirmware {
        try await oneAtATime { () async throws(Fault) -> CabinetFirmware in
            CabinetFirmware(try await self.update(to: image))
        }
    }

    private func firmwareReport(_ request: Request = .firmware, within timeout: Duration? = nil) async throws(Fault)
        -> FirmwareReport
    {
        let reply = try await ask(request, within: timeout)
        guard case .firmware(let report) = reply else { throw unexpected(reply) }
        return report
    }

    /// What of the firmware a technician must know; nil where the controller can't tell of it.
    func firmwareTrouble() async throws(Fault) -> Fault? {
        let reply = try await ask(.firmware)
        guard case .firmware(let report) = reply else { return nil }
        if report.isOnTrial { return Refusal(.onTrial, request: 0).fault(role: role) }
        guard !report.abandoned.isNone else { return nil }
        return Fault(
            .firmwareFellBack, "\(report.version.text) runs, \(report.abandoned.text) was left aside", device: role)
    }
}

// MARK: - An update

extension CabinetDriver {
    private static let pieceSize = 224

    /// The controller keeps what it runs until the new image is checked, has started, and is confirmed here. Wherever
    /// this breaks off, the controller goes on with an image that works.
    private func update(to image: [UInt8]) async throws(Fault) -> FirmwareReport {
        let (header, signature, code) = try parts(of: image)
        let before = try await identify()
        try await transfer(header, signature, code)
        try await check()
        // Its answer may be lost with the restart; who runs then tells.
        _ = try? await ask(.restart)
        let started = try await afterRestart(of: header.version)
        guard started.version == header.version, started.isOnTrial else {
            throw Fault(.firmwareFellBack, "\(started.version.text) runs", device: role)
        }
        try await prove(before)
        return try await firmwareReport(.confirm)
    }

    private func parts(
        of image: [UInt8]
    ) throws(Fault) -> (header: ImageHeader, signature: FixedBytes<64>, code: ArraySlice<UInt8>) {
        guard image.count > 96, let header = ImageHeader(FlashUnit(filledFrom: image[..<32])) else {
            throw Fault(.firmwareRefused, "the file is no firmware image", device: role)
        }
        let code = image[96...]
        guard code.count == Int(header.length) else {
            throw Fault(
                .firmwareRefused, "the file is \(code.count < Int(header.length) ? "cut off" : "too long")",
                device: role)
        }
        return (header, FixedBytes<64>(filledFrom: image[32..<96]), code)
    }

    private func transfer(
        _ header: ImageHeader, _ signature: FixedBytes<64>, _ code: ArraySlice<UInt8>
    ) async throws(Fault) {
        _ = try await firmwareReport(.updateBegin(header, signature: signature), within: limits.erase)
        var offset = 0
        while offset < code.count {
            guard !isShutDown else { throw Fault(.apiUnavailable, "shutting down", device: role) }
            let piece = code.dropFirst(offset).prefix(Self.pieceSize)
            let report = try await firmwareReport(
                .updatePiece(offset: UInt32(offset), UpdatePiece(filledFrom: piece)))
            offset += piece.count
            guard report.phase == .receiving, report.received == offset else {
                throw report.failure.fault(role: role)
            }
        }
    }

    private func check() async throws(Fault) {
        var report = try await firmwareReport(.updateFinish)
        let limit = ContinuousClock.now + limits.update
        while report.phase == .checking, !isShutDown, ContinuousClock.now < limit {
            try? await Task.sleep(for: limits.poll)
            report = try await firmwareReport()
        }
        guard report.phase == .ready else { throw report.failure.fault(role: role) }
    }

    /// Who runs after the restart; while the controller starts it does not answer.
    private func afterRestart(of version: FirmwareVersion) async throws(Fault) -> FirmwareReport {
        let limit = ContinuousClock.now + limits.update
        while true {
            do throws(Fault) {
                let report = try await firmwareReport()
                // It may not have gone yet.
                if report.version == version || report.phase != .ready { return report }
            } catch {
                guard ContinuousClock.now < limit, !isShutDown else { throw error }
            }
            guard ContinuousClock.now < limit, !isShutDown else {
                throw Fault(.firmwareRefused, "the controller does not start anew", device: role)
            }
            try? await Task.sleep(for: limits.reopen)
        }
    }

    /// The new image speaks, knows the numbers that were used, and can write its journal. Otherwise it is not confirmed,
    /// and the controller goes back by itself.
    private func prove(_ before: Identity) async throws(Fault) {
        let now = try await identify()
        let status = try await slotStatus(0)
        guard now.highWaterMark >= before.highWaterMark, !status.isJournalOutOfOrder else {
            throw Fault(.firmwareFellBack, "the new one does not read the journal", device: role)
        }
    }
}

extension FixedBytes {
    /// As many of these bytes as there is room for.
    init(filledFrom bytes: some Sequence<UInt8>) {
        self.init()
        for byte in bytes { append(byte) }
    }
}
