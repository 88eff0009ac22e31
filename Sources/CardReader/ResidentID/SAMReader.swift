import KioskModel
import USBTransport

/// One opened resident ID card reader: commands to its security module over one bulk pair.
///
/// The protocol numbers nothing: a late reply could be taken for the next one. So each reply must have the length that
/// its command's has, and a reader that left one out is drained and asked anew (its connection is closed by the owner).
actor SAMReader {
    nonisolated let connection: any USBConnection
    private let role: String
    private let bridge: SerialBridge
    private let input: USBEndpoint
    private let output: USBEndpoint
    private let timeouts: SAMTimeouts
    /// Bytes may be waiting that belong to no command.
    private var mustDrain = true

    private static let drainReads = 64

    /// Claims the interface, sets the serial line where there is one, and asks the module how it is.
    ///
    /// Throws `readerUnsuitable` where the device has no bulk pair or two of them (a four-pipe module).
    static func open(
        _ connection: any USBConnection, role: String, timeouts: SAMTimeouts
    ) async throws(Fault) -> SAMReader {
        let interface = connection.configuration.interfaces.first {
            $0.alternate == 0 && $0.endpoint(.bulk, .deviceToHost) != nil && $0.endpoint(.bulk, .hostToDevice) != nil
        }
        guard let interface, let input = interface.endpoint(.bulk, .deviceToHost),
            let output = interface.endpoint(.bulk, .hostToDevice)
        else { throw Fault(.readerUnsuitable, "no interface with a bulk pair", device: role) }
        guard interface.endpoints.filter({ $0.transfer == .bulk }).count == 2 else {
            throw Fault(.readerUnsuitable, "more than one bulk pair; only one is driven", device: role)
        }
        let bridge = SerialBridge(vendorID: connection.device.vendorID, productID: connection.device.productID)
        do throws(USBError) {
            try await connection.claim(interface: interface.number)
            for (setup, data) in bridge.setups(interface: interface.number) {
                _ = try await connection.control(setup, data: data, timeout: timeouts.command)
            }
        } catch {
            throw error.fault(role: role)
        }
        let reader = SAMReader(
            connection: connection, role: role, bridge: bridge, input: input, output: output, timeouts: timeouts)
        _ = try await reader.run(.status)
        return reader
    }

    private init(
        connection: any USBConnection, role: String, bridge: SerialBridge, input: USBEndpoint, output: USBEndpoint,
        timeouts: SAMTimeouts
    ) {
        self.connection = connection
        self.role = role
        self.bridge = bridge
        self.input = input
        self.output = output
        self.timeouts = timeouts
    }

    /// Whether a card can be found. A card that was read already may have to be lifted before it is found again.
    func findsCard() async throws(Fault) -> Bool {
        do throws(Fault) {
            _ = try await run(.findCard)
            return true
        } catch {
            guard error.code == .cardAbsent else { throw error }
            return false
        }
    }

    /// Asks the module how it is.
    func checkModule() async throws(Fault) { _ = try await run(.status) }

    /// Find, select, read: the three run every time.
    func read() async throws(Fault) -> ResidentReading {
        _ = try await run(.findCard)
        _ = try await run(.selectCard)
        let data = try await run(.readTextAndPhoto)
        do throws(Fault) {
            return try ResidentReading(parsing: data)
        } catch {
            throw Fault(error.code, error.detail, device: role)
        }
    }

    /// One command; its data, or the fault that its status means.
    private func run(_ command: SAMCommand) async throws(Fault) -> [UInt8] {
        let reply = try await exchange(command)
        guard let status = SAMStatus(rawValue: reply.status) else {
            throw broken("status \(hex(reply.status)) is not known")
        }
        guard status == command.success.status else {
            // "Done" or "found" for a command that ends otherwise is another command's reply.
            throw Fault(status.code, "SW3 \(hex(status.rawValue)): \(status.words)", device: role)
        }
        guard reply.data.count == command.success.dataLength else {
            throw broken("\(reply.data.count) bytes of data, not \(command.success.dataLength)")
        }
        return reply.data
    }

    private func exchange(_ command: SAMCommand) async throws(Fault) -> SAMReply {
        do throws(USBError) {
            if mustDrain { try await drain() }
            mustDrain = true
            let bytes = command.encoded
            let taken = try await connection.write(bytes, to: output.address, timeout: timeouts.command)
            guard taken == bytes.count else { throw USBError.failed("\(taken) of \(bytes.count) bytes taken") }
        } catch {
            throw error.fault(role: role)
        }
        var assembler = SAMReplyAssembler()
        let deadline = ContinuousClock.now + (command == .readTextAndPhoto ? timeouts.read : timeouts.command)
        while true {
            do throws(SAMReply.Malformed) {
                if let reply = try assembler.next() {
                    mustDrain = !assembler.isEmpty
                    return reply
                }
            } catch {
                throw broken(error.description)
            }
            assembler.append(try await bytes(until: deadline))
        }
    }

    private func bytes(until deadline: ContinuousClock.Instant) async throws(Fault) -> [UInt8] {
        let left = deadline - .now
        guard left > .zero else { throw USBError.timeout(moved: nil).fault(role: role) }
        do throws(USBError) {
            return bridge.payload(of: try await receive(within: left), packetSize: input.maxPacketSize)
        } catch {
            throw error.fault(role: role)
        }
    }

    private func receive(within limit: Duration) async throws(USBError) -> [UInt8] {
        try await connection.read(upTo: max(64, input.maxPacketSize), from: input.address, timeout: limit)
    }

    private func drain() async throws(USBError) {
        // An FTDI bridge sends its status without end: silence is a transfer without payload.
        for _ in 0..<Self.drainReads {
            do throws(USBError) {
                let bytes = try await receive(within: timeouts.drain)
                if bridge.payload(of: bytes, packetSize: input.maxPacketSize).isEmpty { return }
            } catch {
                if case .timeout = error { return }
                throw error
            }
        }
        throw .failed("the line never falls silent")
    }

    private func broken(_ why: String) -> Fault { Fault(.readerProtocol, why, device: role) }
}
