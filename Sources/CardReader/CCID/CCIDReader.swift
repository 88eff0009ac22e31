import KioskModel
import USBTransport

/// One slot of an opened CCID reader: power, slot status and APDUs over its bulk pipes (USB CCID 1.1).
actor CCIDReader: SmartCardReader {
    nonisolated let connection: any USBConnection
    nonisolated let role: String
    let descriptor: CCIDClassDescriptor
    private let slot: UInt8
    private let input: USBEndpoint
    private let output: USBEndpoint
    private let interrupt: USBEndpoint?
    private let timeouts: CCIDTimeouts
    private let exchanges = SerialGate()
    private var sequence: UInt8

    /// Longest answer of a card: an extended APDU (ISO 7816-4).
    private static let longestAnswer = 65_536 + 2
    private static let staleFrames = 10

    /// Checks the descriptors, claims the interface and drains a pending interrupt.
    ///
    /// Throws `readerUnsuitable` for a reader that PC/SC must drive, `usbBadDescriptor` for one that lies.
    static func open(
        _ connection: any USBConnection, role: String, slot: UInt8 = 0, timeouts: CCIDTimeouts = CCIDTimeouts()
    ) async throws(Fault) -> CCIDReader {
        guard let interface = connection.configuration.interface(class: CCIDClassDescriptor.interfaceClass) else {
            throw Fault(.readerUnsuitable, "no interface of class 0x0B; use the PC/SC back end", device: role)
        }
        let candidates = interface.classDescriptors.filter { $0.count > 1 && $0[1] == CCIDClassDescriptor.type }
        let descriptor = try CCIDClassDescriptor(parsing: candidates.first ?? [], role: role)
        try descriptor.checkSuitable(role: role)
        guard Int(slot) < descriptor.slots else {
            throw Fault(.readerUnsuitable, "slot \(slot) of \(descriptor.slots), counted from 0", device: role)
        }
        let device = connection.device
        let quirks = CCIDQuirk.kinds(vendorID: device.vendorID, productID: device.productID)
        guard !quirks.contains(.claimsAPDU) else {
            throw Fault(.readerUnsuitable, "known to exchange TPDUs; use the PC/SC back end", device: role)
        }
        guard let input = interface.endpoint(.bulk, .deviceToHost),
            let output = interface.endpoint(.bulk, .hostToDevice)
        else { throw Fault(.usbBadDescriptor, "a bulk endpoint is missing", device: role) }
        do {
            try await connection.claim(interface: interface.number)
        } catch {
            throw error.fault(role: role)
        }
        let reader = CCIDReader(
            connection: connection, role: role, slot: slot, descriptor: descriptor, input: input, output: output,
            interrupt: interface.endpoint(.interrupt, .deviceToHost),
            timeouts: quirks.contains(.slowFirstStatus) ? timeouts.slow : timeouts)
        try await reader.drainInterrupt()
        return reader
    }

    private init(
        connection: any USBConnection, role: String, slot: UInt8, descriptor: CCIDClassDescriptor,
        input: USBEndpoint, output: USBEndpoint, interrupt: USBEndpoint?, timeouts: CCIDTimeouts
    ) {
        self.connection = connection
        self.role = role
        self.slot = slot
        self.descriptor = descriptor
        self.input = input
        self.output = output
        self.interrupt = interrupt
        self.timeouts = timeouts
        // A reply left over from an earlier connection then hardly ever looks like an answer to this one.
        sequence = UInt8.random(in: .min ... .max)
    }

    nonisolated var notifies: Bool { interrupt != nil }
    nonisolated var identity: ReaderIdentity { ReaderIdentity(connection.device) }
    nonisolated var takesExtendedAPDU: Bool { descriptor.chainsBlocks }

    /// PC_to_RDR_GetSlotStatus.
    func cardState() async throws(Fault) -> CardState {
        let reply = try await exchange(.slotStatus, timeout: timeouts.status)
        // Some firmware answers "failed, mute" where it only means that there is no card.
        if case .failed(let code) = reply.outcome, reply.card != .absent { throw failure(code, reply.card) }
        return reply.card
    }

    /// Powers the card and returns its answer to reset; a mute card gets a second chance, at another voltage where the
    /// reader leaves the choice to the host.
    func powerOn() async throws(Fault) -> AnswerToReset {
        var trouble = Fault(.cardMute, device: role)
        for (index, select) in descriptor.powerSelections.enumerated() {
            if index > 0 { _ = try await exchange(.powerOff, timeout: timeouts.status) }
            let reply = try await exchange(.powerOn(select: select), timeout: timeouts.powerOn)
            guard reply.card != .absent else { throw Fault(.cardAbsent, device: role) }
            switch reply.outcome {
            case .done:
                if let answer = AnswerToReset(parsing: reply.data) { return answer }
                trouble = Fault(.cardMute, "the answer to reset makes no sense", device: role)
            // Whatever the reader names as reason (ATR checksum, parity, short circuit), the card can't be talked to.
            case .failed(let code), .timeExtension(let code):
                trouble = Fault(.cardMute, "power on: bError \(hex(code))", device: role)
            }
        }
        throw trouble
    }

    func powerOff(within limit: Duration?) async throws(Fault) {
        _ = try await exchange(.powerOff, timeout: limit ?? timeouts.status)
    }

    func transmit(_ apdu: [UInt8]) async throws(Fault) -> [UInt8] {
        var answer: [UInt8] = []
        var (block, level) = (try await sendAllButLast(of: apdu), UInt16(0))
        if block.count < apdu.count { level = 0x0002 }
        // Each round but the last must bring something: an endless chain of empty blocks is refused.
        while true {
            let reply = try await sent(block, level: level)
            answer += reply.data
            guard answer.count <= Self.longestAnswer else { throw protocolFault("an answer without end") }
            guard descriptor.chainsBlocks, reply.parameter == 1 || reply.parameter == 3 else { return answer }
            guard !reply.data.isEmpty else { throw protocolFault("an empty block in a chain") }
            block = []
            level = 0x0010
        }
    }

    /// Sends what does not fit into one message in parts (wLevelParameter 1, 3), and returns the last one.
    private func sendAllButLast(of apdu: [UInt8]) async throws(Fault) -> [UInt8] {
        let room = descriptor.messageLength - CCIDCommand.headerLength
        guard apdu.count > room else { return apdu }
        guard descriptor.chainsBlocks else {
            throw Fault(.readerUnsuitable, "an APDU of \(apdu.count) bytes is too long for it", device: role)
        }
        var rest = apdu[...]
        var level: UInt16 = 0x0001
        while rest.count > room {
            let reply = try await sent(Array(rest.prefix(room)), level: level)
            // bChainParameter 0x10: it waits for the next part.
            guard reply.parameter == 0x10, reply.data.isEmpty else {
                throw protocolFault("bChainParameter \(hex(reply.parameter)) within a command")
            }
            rest = rest.dropFirst(room)
            level = 0x0003
        }
        return Array(rest)
    }

    private func sent(_ block: [UInt8], level: UInt16) async throws(Fault) -> CCIDReply {
        let reply = try await exchange(.transfer(block: block, level: level), timeout: timeouts.transfer)
        if case .failed(let code) = reply.outcome { throw failure(code, reply.card) }
        guard reply.card == .active else { throw Fault(.cardRemoved, device: role) }
        return reply
    }

    func slotChange(within limit: Duration) async throws(Fault) -> Bool? {
        try await notification(within: limit)?.changed
    }

    /// The next notification, or nil where none came in time. Only for a reader that notifies.
    nonisolated private func notification(within limit: Duration) async throws(Fault) -> CCIDSlotChange? {
        guard let interrupt else { return nil }
        do {
            let bytes = try await connection.read(
                upTo: interrupt.maxPacketSize, from: interrupt.address, timeout: limit)
            return CCIDSlotChange(parsing: bytes, slot: slot)
        } catch {
            if case .timeout = error { return nil }
            throw error.fault(role: role)
        }
    }

    private func drainInterrupt() async throws(Fault) { _ = try await notification(within: timeouts.drain) }

    private func exchange(_ request: CCIDCommand.Request, timeout: Duration) async throws(Fault) -> CCIDReply {
        await exchanges.enter()
        defer { exchanges.leave() }
        sequence &+= 1
        let command = CCIDCommand(request: request, slot: slot, sequence: sequence)
        let bytes = command.encoded
        do {
            let taken = try await connection.write(bytes, to: output.address, timeout: timeouts.status)
            guard taken == bytes.count else { throw USBError.failed("\(taken) of \(bytes.count) bytes taken") }
            return try await reply(to: command, timeout: timeout)
        } catch let error as USBError {
            if error == .stall {
                try? await connection.clearHalt(output.address)
                try? await connection.clearHalt(input.address)
            }
            throw error.fault(role: role)
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault(.internalError, "\(error)", device: role)
        }
    }

    private func reply(to command: CCIDCommand, timeout: Duration) async throws -> CCIDReply {
        let deadline = ContinuousClock.now + max(timeouts.whole, timeout)
        var stale = 0
        while true {
            let bytes = try await connection.read(
                upTo: descriptor.messageLength, from: input.address, timeout: timeout)
            // A zero-length packet ends an earlier message of a full last packet.
            let reply = bytes.isEmpty ? nil : try parse(bytes)
            guard let reply, reply.sequence == command.sequence, reply.slot == command.slot else {
                stale += 1
                guard stale <= Self.staleFrames else { throw protocolFault("its replies are out of sequence") }
                continue
            }
            guard reply.type == command.replyType else { throw protocolFault("message type \(hex(reply.type))") }
            guard case .timeExtension = reply.outcome else { return reply }
            guard ContinuousClock.now < deadline else {
                throw Fault(.cardMute, "the card asks for more time without end", device: role)
            }
        }
    }

    private func parse(_ bytes: [UInt8]) throws(Fault) -> CCIDReply {
        guard bytes.count <= descriptor.messageLength else { throw protocolFault("\(bytes.count) bytes at once") }
        do {
            return try CCIDReply(parsing: bytes)
        } catch {
            throw protocolFault(error.description)
        }
    }

    private func protocolFault(_ detail: String) -> Fault { Fault(.readerProtocol, detail, device: role) }

    /// The fault of a command that the reader could not carry out with the card (table 6.2-2).
    private func failure(_ code: UInt8, _ card: CardState) -> Fault {
        switch (card, code) {
        case (.absent, _), (.inactive, 0xFE): Fault(.cardRemoved, "bError \(hex(code))", device: role)
        // ICC_MUTE, XFR_PARITY_ERROR, XFR_OVERRUN, HW_ERROR: between reader and card.
        case (_, 0xFB...0xFE): Fault(.cardMute, "bError \(hex(code))", device: role)
        case (.inactive, _): Fault(.cardRemoved, "bError \(hex(code))", device: role)
        default: Fault(.readerProtocol, "bError \(hex(code))", device: role)
        }
    }
}
