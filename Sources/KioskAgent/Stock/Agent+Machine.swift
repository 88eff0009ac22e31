import Foundation
import KioskCrypto
import KioskModel

// What a technician does with the cabinet's machine. Each act is stored before it is done, and again with its end.

extension Agent {
    public func cabinetFirmware() async throws(Fault) -> CabinetFirmware { try await parts.cabinet.firmware() }

    public func homeSlot(_ order: HomeOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.atCabinet { () async throws(Fault) in try await self.home(order, answering: token) }
        }
    }

    public func openDoor(_ order: DoorOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.atCabinet { () async throws(Fault) in try await self.open(order, answering: token) }
        }
    }

    public func updateFirmware(_ order: FirmwareOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.atCabinet { () async throws(Fault) in try await self.update(order, answering: token) }
        }
    }

    private func act(
        _ kind: CabinetAct.Kind, subject: String? = nil, number: UInt32? = nil, by person: String
    ) -> CabinetAct {
        CabinetAct(id: UUIDv7.make(), kind: kind, subject: subject, number: number, by: person, at: clock.stamp())
    }

    private static func check(_ person: String) throws(Fault) {
        guard (1...64).contains(person.count) else { throw Fault(.apiMalformed, "by: 1 to 64 characters") }
    }

    private func open(_ order: DoorOrder, answering token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try Self.check(order.by)
        var act = act(.open, by: order.by)
        try await commit(.with { [act] in $0.stock = [.act(act)] })
        let isOpen: Bool
        do {
            isOpen = try await parts.cabinet.door(release: true)
        } catch {
            act.result = error.code.rawValue
            try await commit(.with { [act] in $0.stock = [.act(act)] })
            throw error
        }
        act.result = isOpen ? "open" : "released"
        return try await answer(DoorView(open: isOpen), .with { [act] in $0.stock = [.act(act)] }, token)
    }

    /// The slot is shut before the motor turns. It opens again only where the motor is home and certainly no box fell:
    /// otherwise the books no longer say what lies in it, and a person counts. That the controller held it ends with it.
    private func home(_ order: HomeOrder, answering token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try Self.check(order.by)
        guard (0...255).contains(order.slot) else { throw Fault(.apiMalformed, "slot: 0 to 255") }
        let (number, controller) = try await nextTransactionNumber()
        var act = self.act(.home, subject: String(order.slot), number: number, by: order.by)
        let former = try await inventory().slots[order.slot]?.slot.lock
        let shut = try await slot(
            order.slot,
            shutBy: .init(
                reason: .person, detail: "homing \(number) has not ended: count the slot", by: order.by,
                at: clock.stamp()))
        try await commit(.with { [act] in $0.stock = [.act(act), .controller(controller)] + shut })
        let homing: CabinetHoming
        do {
            homing = try await parts.cabinet.home(transaction: number, slot: order.slot)
        } catch {
            // Nothing was sent: the slot is what it was.
            act.result = error.code.rawValue
            let back = try await slot(order.slot, backTo: former)
            try await commit(.with { [act] in $0.stock = [.act(act)] + back })
            throw error
        }
        if stopping, homing.outcome == .unknown { throw Fault(.visitInterrupted, "homing \(number)") }
        let isClean = homing.fallen == 0
        let detail = homing.fallen.map { "\($0) boxes fell" } ?? "nobody knows whether a box fell"
        act.result = "\(homing.outcome.rawValue), \(detail)"
        let lock = CabinetSlot.Lock(
            reason: .person, detail: "homing \(number): \(detail); count the slot", by: order.by, at: clock.stamp())
        let isFree = homing.outcome == .done && former?.isOfController == true
        let after =
            try await isClean
            ? slot(order.slot, backTo: isFree ? nil : former) : slot(order.slot, shutBy: lock)
        let view = HomingView(
            slot: order.slot, outcome: homing.outcome, fallen: homing.fallen, locked: !isClean && !after.isEmpty)
        let reply = try await answer(view, .with { [act] in $0.stock = [.act(act)] + after }, token)
        if homing.outcome != .unknown { await acknowledge(number) }
        return reply
    }

    /// Nothing where the books know no such slot: an empty one may be homed, too.
    func slot(_ number: Int, shutBy lock: CabinetSlot.Lock) async throws(Fault) -> [StockChange] {
        guard let held = try await inventory().slots[number] else { return [] }
        var locks = try await locks(of: held)
        locks.shut(lock)
        return try await changes(held, locks)
    }

    /// As it was before a homing, but for what came meanwhile: a lock of temperature lies behind the homing's.
    private func slot(_ number: Int, backTo former: CabinetSlot.Lock?) async throws(Fault) -> [StockChange] {
        if let former, former.reason == .person { return try await slot(number, shutBy: former) }
        guard let held = try await inventory().slots[number] else { return [] }
        var locks = try await locks(of: held)
        locks.open()
        return try await changes(held, locks)
    }

    private func update(_ order: FirmwareOrder, answering token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try Self.check(order.by)
        guard try await openVisit() == nil else { throw Fault(.cabinetInUse, "a visit is open") }
        guard let image = Data(base64Encoded: order.image).map(Array.init), !image.isEmpty else {
            throw Fault(.apiMalformed, "image is not base64")
        }
        var act = self.act(.firmware, subject: Hex.encode(Digest.sha256(image)), by: order.by)
        try await commit(.with { [act] in $0.stock = [.act(act)] })
        let firmware: CabinetFirmware
        do {
            firmware = try await parts.cabinet.install(firmware: image)
        } catch {
            act.result = "\(error.code.rawValue): \(error.detail)"
            try await commit(.with { [act] in $0.stock = [.act(act)] })
            throw error
        }
        act.result = firmware.version
        logger.notice("the cabinet's firmware is \(firmware.version) now")
        return try await answer(firmware, .with { [act] in $0.stock = [.act(act)] }, token)
    }

    /// Ends the acts that the last run left open: a homing's number is asked for, and the controller may forget it. Its
    /// slot stays shut; a person counts.
    func settleActs() async throws(Fault) {
        let begun = try await store.list(CabinetAct.self, kind: .cabinetAct, states: ["begun"], limit: 32)
        for var act in readable(begun) {
            act.result = "cut off"
            if let number = act.number {
                // A controller that does not answer must not keep the kiosk from starting.
                guard let (outcome, doubt) = try? await askController(about: number) else { return }
                act.result = outcome == .interrupted || outcome == .notStarted ? outcome.rawValue : "cut off"
                if doubt == nil, await acknowledge(number) == .unanswered { return }
            }
            try await commit(.with { [act] in $0.stock = [.act(act)] })
        }
    }
}
