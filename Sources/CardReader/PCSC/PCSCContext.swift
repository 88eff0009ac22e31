import CPCSC
import KioskPlatform

/// One context of libpcsclite and at most one card in it, on a thread of their own: every call blocks.
///
/// libpcsclite waits without end where pcscd hangs: `PCSCCaller` gives each call its limit.
actor PCSCContext {
    /// What pcscd says of a reader's slot (SCARD_READERSTATE.dwEventState).
    struct SlotState: Sendable, Hashable {
        let rawValue: UInt32

        /// UNKNOWN or UNAVAILABLE: the reader has gone.
        var isGone: Bool { rawValue & 0x0C != 0 }
        var isPresent: Bool { rawValue & 0x20 != 0 }
        /// Counts insertions and removals (pcsclite keeps the count in the high word).
        var events: UInt16 { UInt16(rawValue >> 16) }
    }

    nonisolated let thread: DeviceThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private var context: SCARDCONTEXT?
    private var card: (reader: String, handle: SCARDHANDLE, transmission: UInt)?
    /// The reader's, once a card was powered in it.
    private var properties: PCSCProperties?

    private static let exclusive: UInt = 1
    private static let direct: UInt = 3
    private static let byteProtocol: UInt = 1
    private static let blockProtocol: UInt = 2
    private static let leaveCard: UInt = 0
    private static let unpowerCard: UInt = 2
    /// SCARD_ATTR_VALUE(SCARD_CLASS_COMMUNICATIONS, 0x0110).
    private static let channelAttribute: UInt = 0x0002_0110
    /// An extended APDU's answer.
    private static let longestAnswer = 65_536 + 2

    init(name: String) { thread = DeviceThread(name: name) }

    /// SCardEstablishContext.
    func open() throws(PCSCError) {
        guard context == nil else { return }
        var fresh = SCARDCONTEXT()
        // SCARD_SCOPE_SYSTEM.
        try check(SCardEstablishContext(2, nil, nil, &fresh))
        context = fresh
    }

    /// The names of the readers that pcscd has.
    func readers() throws(PCSCError) -> [String] {
        let context = try opened()
        // A reader may arrive between the two questions.
        for _ in 0..<3 {
            var length: UInt = 0
            let asked = PCSCError(code: UInt32(truncatingIfNeeded: SCardListReaders(context, nil, nil, &length)))
            guard asked != .noReaders else { return [] }
            try check(Int(asked.code))
            guard length > 0, length < 1 << 16 else { return [] }
            var names = [CChar](repeating: 0, count: Int(length))
            let status = SCardListReaders(context, nil, &names, &length)
            let error = PCSCError(code: UInt32(truncatingIfNeeded: status))
            if error == .insufficientBuffer { continue }
            guard error != .noReaders else { return [] }
            try check(status)
            let bytes = names.prefix(Int(length)).map(UInt8.init(bitPattern:))
            return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        }
        throw .insufficientBuffer
    }

    /// SCARD_ATTR_CHANNEL_ID: the high word tells the bus, 0x0020 for USB; nil where the driver doesn't say.
    func channel(of reader: String) throws(PCSCError) -> UInt32? {
        var (handle, transmission) = (SCARDHANDLE(), UInt(0))
        try check(SCardConnect(try opened(), reader, Self.direct, 0, &handle, &transmission))
        defer { SCardDisconnect(handle, Self.leaveCard) }
        var value = [UInt8](repeating: 0, count: 8)
        var length = UInt(value.count)
        guard SCardGetAttrib(handle, Self.channelAttribute, &value, &length) == 0, length >= 4 else { return nil }
        return value.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// How the slot stands; where `known` is given, waits up to `milliseconds` until it is another. Nil: it is not.
    func state(of reader: String, after known: SlotState?, milliseconds: UInt) throws(PCSCError) -> SlotState? {
        let context = try opened()
        let (status, event) = reader.withCString { name in
            var state = SCARD_READERSTATE()
            state.szReader = name
            state.dwCurrentState = known.map { UInt($0.rawValue) } ?? 0
            return (SCardGetStatusChange(context, milliseconds, &state, 1), state.dwEventState)
        }
        if known != nil, PCSCError(code: UInt32(truncatingIfNeeded: status)) == .timeout { return nil }
        try check(status)
        return SlotState(rawValue: UInt32(truncatingIfNeeded: event))
    }

    /// Powers the card, for this program alone; its answer to reset, and whether the extended form reaches it.
    ///
    /// Always the same reader's. Under T=0 the form would need ENVELOPE (ISO 7816-3 section 12.2), which no driver does.
    func connect(_ reader: String) throws(PCSCError) -> (answer: [UInt8], takesExtended: Bool) {
        disconnect()
        var (handle, transmission) = (SCARDHANDLE(), UInt(0))
        try check(
            SCardConnect(
                try opened(), reader, Self.exclusive, Self.byteProtocol | Self.blockProtocol, &handle, &transmission))
        card = (reader, handle, transmission)
        PCSCHeldReaders.insert(reader)
        let properties = properties ?? readProperties(handle)
        self.properties = properties
        return (try answerToReset() ?? [], properties.takesExtendedAPDU && transmission == Self.blockProtocol)
    }

    /// A driver that has none of this refuses the question; all then goes in the short form.
    private func readProperties(_ handle: SCARDHANDLE) -> PCSCProperties {
        let request = control(handle, PCSCProperties.featureRequest).flatMap(PCSCProperties.request)
        return PCSCProperties(parsing: request.flatMap { control(handle, $0) } ?? [])
    }

    private func control(_ handle: SCARDHANDLE, _ code: UInt) -> [UInt8]? {
        var answer = [UInt8](repeating: 0, count: 1024)
        var length = UInt(0)
        guard SCardControl(handle, code, nil, 0, &answer, UInt(answer.count), &length) == 0 else { return nil }
        return Array(answer.prefix(Int(clamping: length)))
    }

    var isConnected: Bool { card != nil }

    /// Whether the card that was powered is still the same; a card that is gone or was reset is let go.
    func holdsCard() throws(PCSCError) -> Bool {
        guard card != nil else { return false }
        do throws(PCSCError) {
            if try answerToReset() != nil { return true }
        } catch {
            guard error == .removedCard || error == .resetCard || error == .noSmartcard else { throw error }
        }
        disconnect()
        return false
    }

    /// Nil where nothing powered is in the slot.
    private func answerToReset() throws(PCSCError) -> [UInt8]? {
        guard let card else { return nil }
        var (state, transmission, length): (UInt, UInt, UInt) = (0, 0, 33)
        var bytes = [UInt8](repeating: 0, count: Int(length))
        try check(SCardStatus(card.handle, nil, nil, &state, &transmission, &bytes, &length))
        // SCARD_POWERED.
        guard state & 0x10 != 0, length <= bytes.count else { return nil }
        return Array(bytes.prefix(Int(length)))
    }

    /// One APDU, and what became of it.
    func exchange(_ apdu: [UInt8]) -> Result<[UInt8], PCSCError> {
        do throws(PCSCError) {
            return .success(try transmit(apdu))
        } catch {
            return .failure(error)
        }
    }

    /// One APDU. Throws `removedCard` where none is powered.
    private func transmit(_ apdu: [UInt8]) throws(PCSCError) -> [UInt8] {
        guard let card else { throw .removedCard }
        var request = SCARD_IO_REQUEST(
            dwProtocol: card.transmission, cbPciLength: UInt(MemoryLayout<SCARD_IO_REQUEST>.size))
        let bytes = card.transmission == Self.byteProtocol ? Self.withoutLe(apdu) : apdu
        var answer = [UInt8](repeating: 0, count: Self.longestAnswer)
        var length = UInt(answer.count)
        try check(SCardTransmit(card.handle, &request, bytes, UInt(bytes.count), nil, &answer, &length))
        return Array(answer.prefix(Int(length)))
    }

    /// T=0 has no place for Le behind data (ISO 7816-3 section 12.2.5): the card announces what it has by `61xx`.
    private static func withoutLe(_ apdu: [UInt8]) -> [UInt8] {
        apdu.count > 5 && apdu.count == 6 + Int(apdu[4]) ? Array(apdu.dropLast()) : apdu
    }

    /// Powers the card off and lets it go.
    func disconnect() {
        guard let card else { return }
        self.card = nil
        SCardDisconnect(card.handle, Self.unpowerCard)
        PCSCHeldReaders.remove(card.reader)
    }

    func close() {
        disconnect()
        if let context { SCardReleaseContext(context) }
        context = nil
    }

    private func opened() throws(PCSCError) -> SCARDCONTEXT {
        // INVALID_HANDLE.
        guard let context else { throw PCSCError(code: 0x8010_0003) }
        return context
    }

    private func check(_ status: Int) throws(PCSCError) {
        guard status != 0 else { return }
        throw PCSCError(code: UInt32(truncatingIfNeeded: status))
    }
}
