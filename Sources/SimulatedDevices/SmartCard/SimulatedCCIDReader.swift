import Synchronization
import USBTransport

/// A smart card reader at the wire: USB CCID 1.1 with one slot or more, scripted from outside.
public final class SimulatedCCIDReader: SimulatedUSBDevice {
    private struct Slot {
        var card: (any SimulatedCard)?
        var isPowered = false
        /// An answer longer than one message, and how much of it is sent (extended APDU exchange).
        var chain: [UInt8] = []
        var isChaining = false
        /// The parts of a command that came so far.
        var command: [UInt8] = []
        /// Whether something happened to it since the last notification.
        var hasNews = true
    }

    private struct State {
        var slots: [Slot]
        /// The slot that the command at hand names; what follows is its.
        var current = 0
        var faults: [SimulatedReaderFault] = []
        var answeredAPDUs = 0

        var card: (any SimulatedCard)? {
            get { slots[current].card }
            set { slots[current].card = newValue }
        }
        var isPowered: Bool {
            get { slots[current].isPowered }
            set { slots[current].isPowered = newValue }
        }
        var chain: [UInt8] {
            get { slots[current].chain }
            set { slots[current].chain = newValue }
        }
        var isChaining: Bool {
            get { slots[current].isChaining }
            set { slots[current].isChaining = newValue }
        }
    }

    public let options: SimulatedReaderOptions
    private let state: Mutex<State>
    private let replies = SimulatedEndpointQueue()
    private let notifications = SimulatedEndpointQueue()

    public init(options: SimulatedReaderOptions = SimulatedReaderOptions()) {
        self.options = options
        state = Mutex(State(slots: Array(repeating: Slot(), count: min(max(options.slots, 1), 4))))
    }

    // MARK: At the slot

    /// Puts a card in; the one that is there comes out first.
    public func insert(_ card: any SimulatedCard, slot: Int = 0) {
        state.withLock { state in
            card.reset()
            state.slots[slot] = Slot(card: card)
        }
        notify()
    }

    public func removeCard(slot: Int = 0) {
        state.withLock { Self.pull(&$0.slots[slot]) }
        notify()
    }

    public var hasCard: Bool { hasCard(slot: 0) }
    public func hasCard(slot: Int) -> Bool { state.withLock { $0.slots[slot].card != nil } }
    public var isCardPowered: Bool { isCardPowered(slot: 0) }
    public func isCardPowered(slot: Int) -> Bool { state.withLock { $0.slots[slot].isPowered } }

    /// Adds something that will go wrong; each kind waits for its moment.
    public func script(_ fault: SimulatedReaderFault) {
        state.withLock { state in
            state.faults.append(fault)
            state.answeredAPDUs = 0
        }
    }

    // MARK: SimulatedUSBDevice

    public var deviceDescriptor: [UInt8] { SimulatedReaderDescriptors.device(options) }
    public var configurationDescriptor: [UInt8] { SimulatedReaderDescriptors.configuration(options) }
    public var strings: [String] { [USBDeviceInfo.laboratoryManufacturer, options.product, options.serial] }

    public func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? {
        // ABORT (USB CCID 1.1 section 5.3.1); the rates and frequencies that other requests ask for are not listed.
        guard setup.requestType == 0x21, setup.request == 0x01 else { return nil }
        replies.removeAll()
        return []
    }

    public func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        guard endpoint == SimulatedReaderDescriptors.bulkOut else { return .stall }
        let (frames, pulled) = state.withLock { answer(bytes, &$0) }
        frames.forEach { replies.push($0) }
        if pulled { notify() }
        return .done([])
    }

    public func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        switch endpoint {
        case SimulatedReaderDescriptors.bulkIn: await replies.next(upTo: length)
        case SimulatedReaderDescriptors.interruptIn where options.hasInterruptEndpoint:
            await notifications.next(upTo: length)
        default: .stall
        }
    }

    /// A reader tells its slot's state right after it is configured.
    public func attached() async {
        replies.removeAll()
        state.withLock { state in
            for index in state.slots.indices { state.slots[index].hasNews = true }
        }
        notify()
    }

    /// A reader keeps its card powered when the host lets go: what was verified stays so until a power-off.
    public func detached() async {
        replies.removeAll()
        notifications.removeAll()
    }

    // MARK: Commands

    private func notify() {
        guard options.hasInterruptEndpoint else { return }
        // Such an endpoint knows only the newest state.
        notifications.removeAll()
        let bits = state.withLock { state in
            state.slots.indices.reduce(UInt8(0)) { bits, index in
                let slot = state.slots[index]
                state.slots[index].hasNews = false
                return bits | ((slot.card == nil ? 0 : 1) | (slot.hasNews ? 2 : 0)) << (index * 2)
            }
        }
        notifications.push([0x50, bits])
    }

    private static func pull(_ slot: inout Slot) {
        slot.card?.reset()
        slot = Slot()
    }

    private func answer(_ bytes: [UInt8], _ state: inout State) -> (frames: [[UInt8]], pulled: Bool) {
        guard let command = SimulatedCCIDCommand(bytes) else { return ([], false) }
        if consume(&state, Self.silences) { return ([], false) }
        guard state.slots.indices.contains(Int(command.slot)) else {
            // bError 5: there is no such slot.
            return ([SimulatedCCIDReply.frame(0x81, command, status: 0x42, error: 5)], false)
        }
        state.current = Int(command.slot)
        let hadCard = state.card != nil
        var frames: [[UInt8]] = []
        if let index = state.faults.firstIndex(where: { if case .staleReplies = $0 { true } else { false } }),
            case .staleReplies(let count) = state.faults.remove(at: index)
        {
            for back in stride(from: count, to: 0, by: -1) {
                let old = command.sequence &- UInt8(truncatingIfNeeded: back)
                frames.append(SimulatedCCIDReply.frame(0x81, sequence: old, status: 0))
            }
        }
        switch command.type {
        case 0x62: frames.append(powerOn(command, &state))
        case 0x63:
            state.card?.reset()
            (state.isPowered, state.isChaining) = (false, false)
            frames.append(status(command, state))
        case 0x65: frames.append(status(command, state))
        case 0x6F: frames += transfer(command, &state)
        // Command not supported: bError 0.
        default: frames.append(SimulatedCCIDReply.frame(0x81, command, status: 0x40 | cardBits(state), error: 0))
        }
        return (frames, hadCard && state.card == nil)
    }

    private static func silences(_ fault: SimulatedReaderFault) -> Int? {
        if case .silence(let count) = fault { count } else { nil }
    }

    private static func mutePowerOns(_ fault: SimulatedReaderFault) -> Int? {
        if case .mutePowerOns(let count) = fault { count } else { nil }
    }

    /// Whether a fault that happens so many times happens now; it then has one time less.
    private func consume(_ state: inout State, _ times: (SimulatedReaderFault) -> Int?) -> Bool {
        guard let index = state.faults.firstIndex(where: { times($0) != nil }) else { return false }
        let fault = state.faults.remove(at: index)
        switch fault {
        case .silence(let count) where count > 1: state.faults.insert(.silence(count - 1), at: index)
        case .mutePowerOns(let count) where count > 1: state.faults.insert(.mutePowerOns(count - 1), at: index)
        default: break
        }
        return true
    }

    private func status(_ command: SimulatedCCIDCommand, _ state: State) -> [UInt8] {
        SimulatedCCIDReply.frame(0x81, command, status: cardBits(state))
    }

    private func powerOn(_ command: SimulatedCCIDCommand, _ state: inout State) -> [UInt8] {
        guard let card = state.card, let answer = card.answerToReset,
            command.select == 0 ? options.hasAutomaticVoltage : card.powerSelections.contains(command.select),
            !consume(&state, Self.mutePowerOns)
        else {
            return SimulatedCCIDReply.frame(0x80, command, status: 0x40 | cardBits(state), error: 0xFE)
        }
        card.reset()
        (state.isPowered, state.isChaining) = (true, false)
        return SimulatedCCIDReply.frame(0x80, command, status: 0, data: answer)
    }

    private func transfer(_ command: SimulatedCCIDCommand, _ state: inout State) -> [[UInt8]] {
        guard command.data.count + 10 <= max(271, Int(options.maximumMessageLength)) else {
            // bError 1: dwLength is too long for it.
            return [SimulatedCCIDReply.frame(0x80, command, status: 0x40 | cardBits(state), error: 1)]
        }
        if state.isChaining, command.data.isEmpty, command.level == 0x0010 { return [nextLink(command, &state)] }
        state.isChaining = false
        if strikes(&state, { if case .pullCard(let count) = $0 { count } else { nil } }) {
            Self.pull(&state.slots[state.current])
        }
        guard let card = state.card, state.isPowered else {
            return [SimulatedCCIDReply.frame(0x80, command, status: 0x40 | cardBits(state), error: 0xFE)]
        }
        if strikes(&state, { if case .muteCard(let count) = $0 { count } else { nil } }) {
            return [SimulatedCCIDReply.frame(0x80, command, status: 0x40, error: 0xFE)]
        }
        state.slots[state.current].command += command.data
        if command.level == 1 || command.level == 3 {
            // bChainParameter 0x10: the next part, please.
            return [SimulatedCCIDReply.frame(0x80, command, status: 0, parameter: 0x10)]
        }
        let apdu = state.slots[state.current].command
        state.slots[state.current].command = []
        state.answeredAPDUs += 1
        state.chain = card.transmit(apdu)
        if let index = state.faults.firstIndex(where: { if case .answer = $0 { true } else { false } }),
            case .answer(let bytes) = state.faults.remove(at: index)
        {
            state.chain = bytes
        }
        return disturbed(nextLink(command, &state), command, &state)
    }

    /// One message's worth of the answer; bChainParameter tells which part it is.
    private func nextLink(_ command: SimulatedCCIDCommand, _ state: inout State) -> [UInt8] {
        let room = max(1, Int(options.maximumMessageLength) - 10)
        guard options.exchange == .extendedAPDU, state.isChaining || state.chain.count > room else {
            return SimulatedCCIDReply.frame(0x80, command, status: 0, data: state.chain)
        }
        let isFirst = !state.isChaining
        let part = Array(state.chain.prefix(room))
        state.chain = Array(state.chain.dropFirst(room))
        state.isChaining = !state.chain.isEmpty
        let parameter: UInt8 = isFirst ? 1 : state.isChaining ? 3 : 2
        return SimulatedCCIDReply.frame(0x80, command, status: 0, parameter: parameter, data: part)
    }

    /// Whether a fault that waits for a number of answered APDUs comes now; it is then used up.
    private func strikes(_ state: inout State, _ threshold: (SimulatedReaderFault) -> Int?) -> Bool {
        guard let index = state.faults.firstIndex(where: { threshold($0).map { $0 <= state.answeredAPDUs } ?? false })
        else { return false }
        state.faults.remove(at: index)
        return true
    }

    private func disturbed(_ frame: [UInt8], _ command: SimulatedCCIDCommand, _ state: inout State) -> [[UInt8]] {
        var frames = [frame]
        state.faults.removeAll { fault in
            switch fault {
            case .timeExtensions(let count):
                let more = SimulatedCCIDReply.frame(0x80, command, status: 0x80, error: 1)
                frames.insert(contentsOf: Array(repeating: more, count: count), at: 0)
            case .truncatedReply: frames[frames.count - 1] = Array(frame.dropLast(max(1, frame.count / 2)))
            case .corruptLength(let length):
                var broken = frame
                for index in 0..<4 { broken[1 + index] = UInt8(truncatingIfNeeded: length >> (index * 8)) }
                frames[frames.count - 1] = broken
            default: return false
            }
            return true
        }
        return frames
    }

    private func cardBits(_ state: State) -> UInt8 { state.card == nil ? 2 : state.isPowered ? 0 : 1 }
}
