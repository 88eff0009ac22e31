import Synchronization
import USBTransport

/// A resident ID card reader at the wire: a security module (GA/T 467-2019) behind one USB bulk pair.
public final class SimulatedResidentReader: SimulatedUSBDevice {
    /// What stands between the module and the bus.
    public enum Bridge: Sendable, Hashable, CaseIterable {
        case none, ftdi, cp210x, ch340

        var ids: (vendor: UInt16, product: UInt16) {
            switch self {
            case .none: (0x0400, 0xC35A)
            case .ftdi: (0x0403, 0x6001)
            case .cp210x: (0x10C4, 0xEA60)
            case .ch340: (0x1A86, 0x7523)
            }
        }

        /// The request that sets 115200 bit/s; without it the line carries nothing that the module understands.
        func isRate(_ setup: SimulatedSetup, _ data: [UInt8]) -> Bool {
            switch self {
            case .none: false
            case .ftdi: setup.requestType == 0x40 && setup.request == 3 && setup.value == 26
            case .cp210x: setup.requestType == 0x41 && setup.request == 0x1E && data == [0x00, 0xC2, 0x01, 0x00]
            case .ch340: setup.requestType == 0x40 && setup.value == 0x1312 && setup.index == 0xCC83
            }
        }
    }

    private enum Phase { case idle, found, selected, read }

    private struct State {
        var card: SimulatedResidentCard?
        var phase = Phase.idle
        var isRateSet = false
        var received: [UInt8] = []
        var faults: [SimulatedSAMFault] = []
        var commands: [[UInt8]] = []
    }

    public static let bulkOut: UInt8 = 0x02
    public static let bulkIn: UInt8 = 0x81

    public let deviceDescriptor: [UInt8]
    public let configurationDescriptor: [UInt8]
    public let strings: [String]
    private let bridge: Bridge
    private let needsLift: Bool
    private let state = Mutex(State())
    private let replies = SimulatedEndpointQueue()

    /// `needsLift`: a card that was read is found again only after it was lifted, as with most modules.
    public init(
        bridge: Bridge = .none, needsLift: Bool = false, serial: String = "LAB-IDCARD-1", fourPipes: Bool = false
    ) {
        self.bridge = bridge
        self.needsLift = needsLift
        var builder = USBDescriptorBuilder(
            productID: bridge.ids.product, product: "Simulated resident ID reader", serial: serial)
        builder.vendorID = bridge.ids.vendor
        var endpoints: [USBDescriptorBuilder.Endpoint] = [
            .bulk(Self.bulkOut, maxPacketSize: 64), .bulk(Self.bulkIn, maxPacketSize: 64),
        ]
        if fourPipes { endpoints += [.bulk(0x06, maxPacketSize: 64), .bulk(0x85, maxPacketSize: 64)] }
        builder.addInterface(
            number: 0, kind: USBInterfaceClass(interfaceClass: 0xFF, subclass: 0, interfaceProtocol: 0),
            endpoints: endpoints)
        deviceDescriptor = builder.deviceDescriptor
        configurationDescriptor = builder.configurationDescriptor
        strings = builder.strings
    }

    // MARK: On the plate

    public func put(_ card: SimulatedResidentCard) { state.withLock { ($0.card, $0.phase) = (card, .idle) } }
    public func liftCard() { state.withLock { ($0.card, $0.phase) = (nil, .idle) } }
    public func script(_ fault: SimulatedSAMFault) { state.withLock { $0.faults.append(fault) } }
    /// How often it was asked to find a card.
    public var looks: Int { state.withLock { $0.commands.count { $0 == [0x20, 0x01] } } }
    /// CMD and Para of all commands so far.
    public var commands: [[UInt8]] { state.withLock(\.commands) }

    // MARK: SimulatedUSBDevice

    public func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? {
        guard bridge != .none, setup.requestType & 0x60 == 0x40 else { return nil }
        if bridge.isRate(setup, data) { state.withLock { $0.isRateSet = true } }
        return []
    }

    public func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        guard endpoint == Self.bulkOut else { return .stall }
        let answer = state.withLock { state -> [UInt8] in
            guard bridge == .none || state.isRateSet else { return [] }
            state.received += bytes
            var answer: [UInt8] = []
            while let command = Self.takeCommand(&state.received) { answer += reply(to: command, &state) }
            return answer
        }
        // A serial line has no messages: what comes is cut into packets where it happens to be.
        let room = bridge == .ftdi ? 62 : 64
        for start in stride(from: 0, to: answer.count, by: room) {
            let part = Array(answer[start..<min(start + room, answer.count)])
            replies.push(bridge == .ftdi ? [0x01, 0x60] + part : part)
        }
        return .done([])
    }

    public func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        guard endpoint == Self.bulkIn else { return .stall }
        return await replies.next(upTo: length)
    }

    public func attached() async {
        replies.removeAll()
        state.withLock { ($0.received, $0.isRateSet) = ([], false) }
    }

    public func detached() async { replies.removeAll() }

    // MARK: The module

    /// Len to XOR of the next whole command; what is before its preamble is skipped.
    private static func takeCommand(_ received: inout [UInt8]) -> [UInt8]? {
        let preamble: [UInt8] = [0xAA, 0xAA, 0xAA, 0x96, 0x69]
        while !received.isEmpty, !received.starts(with: preamble.prefix(received.count)) { received.removeFirst() }
        guard received.count >= 7 else { return nil }
        let length = Int(received[5]) << 8 | Int(received[6])
        guard received.count >= 7 + length else { return nil }
        let command = Array(received[5..<(7 + length)])
        received.removeFirst(7 + length)
        return command
    }

    private static func frame(_ status: UInt8, _ data: [UInt8] = []) -> [UInt8] {
        let length = data.count + 4
        let body = [UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, status] + data
        return [0xAA, 0xAA, 0xAA, 0x96, 0x69] + body + [body.reduce(0, ^)]
    }

    private func reply(to command: [UInt8], _ state: inout State) -> [UInt8] {
        guard command.count >= 5 else { return Self.frame(0x11) }
        guard command.reduce(0, ^) == 0 else { return Self.frame(0x10) }
        let code = Array(command[2..<4])
        state.commands.append(code)
        let lifts = take(&state) { if case .liftCard(let during) = $0 { during == code } else { false } } != nil
        if lifts { (state.card, state.phase) = (nil, .idle) }
        if take(&state, { $0 == .silence }) != nil { return [] }
        let scripted = take(&state) { if case .status(_, let wanted) = $0 { wanted == code } else { false } }
        if case .status(let status, _) = scripted { return Self.frame(status) }
        return disturb(Self.frame(for: carryOut(code, &state)), &state)
    }

    private static func frame(for outcome: (status: UInt8, data: [UInt8])) -> [UInt8] {
        frame(outcome.status, outcome.data)
    }

    private func carryOut(_ code: [UInt8], _ state: inout State) -> (status: UInt8, data: [UInt8]) {
        switch code {
        case [0x10, 0xFF], [0x11, 0xFF]: return (0x90, [])
        case [0x12, 0xFF]: return (0x90, [UInt8](repeating: 5, count: 16))
        case [0x20, 0x01]:
            guard state.card != nil, !(needsLift && state.phase == .read) else { return (0x80, []) }
            state.phase = .found
            return (0x9F, [0, 0, 0, 0])
        case [0x20, 0x02]:
            guard state.card != nil, state.phase == .found else { return (0x81, []) }
            state.phase = .selected
            return (0x90, [UInt8](repeating: 0, count: 8))
        case [0x30, 0x01]:
            guard let card = state.card, state.phase == .selected else { return (0x41, []) }
            state.phase = .read
            return (0x90, [0x01, 0x00, 0x04, 0x00] + card.text + card.photo)
        default: return (0x21, [])
        }
    }

    private func disturb(_ frame: [UInt8], _ state: inout State) -> [UInt8] {
        var frame = frame
        state.faults.removeAll { fault in
            switch fault {
            case .wrongChecksum: frame[frame.count - 1] ^= 0x40
            case .length(let length): frame.replaceSubrange(5..<7, with: [UInt8(length >> 8), UInt8(length & 0xFF)])
            case .cut(let count): frame.removeLast(min(count, frame.count))
            case .noise(let bytes): frame = bytes + frame
            case .answer(let bytes): frame = bytes
            case .trailing(let bytes): frame += bytes
            case .status, .silence, .liftCard: return false
            }
            return true
        }
        return frame
    }

    private func take(_ state: inout State, _ isWanted: (SimulatedSAMFault) -> Bool) -> SimulatedSAMFault? {
        state.faults.firstIndex(where: isWanted).map { state.faults.remove(at: $0) }
    }
}
