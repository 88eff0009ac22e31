import KioskModel

/// The way from a role to its opened reader: opens it, lets it go after an error, finds it again.
///
/// Whoever uses the reader holds `gate` for the whole sequence.
actor SmartCardLink {
    let gate = SerialGate()
    nonisolated let role: String
    private let source: any SmartCardReaderSource
    private var open: (any SmartCardReader)?
    /// The device that was met last, while it is not known to be gone.
    private var device: ReaderIdentity?
    /// The reader's own last trouble; what is wrong with a card is not the reader's.
    private var fault: Fault?
    private var closed = false

    init(source: any SmartCardReaderSource) {
        self.source = source
        role = source.role
    }

    /// The opened reader after it answered just now, and whether its slot has a card.
    ///
    /// A connection that turns out dead is opened anew once: the device may have been replugged in between.
    func reader() async throws(Fault) -> (any SmartCardReader, CardState) {
        if let known = open {
            do {
                let state = try await known.cardState()
                fault = nil
                return (known, state)
            } catch {
                await drop(known, for: error)
            }
        }
        do {
            let fresh = try await freshReader()
            fault = nil
            return fresh
        } catch {
            note(error)
            throw error
        }
    }

    /// Ends a sequence: trouble of the reader itself ends the connection, anything else powers the card off.
    func end(_ reader: any SmartCardReader, after trouble: Fault? = nil) async {
        if let trouble, Self.isOfReader(trouble) { return await drop(reader, for: trouble) }
        do {
            try await reader.powerOff()
        } catch {
            await drop(reader, for: error)
        }
    }

    /// A whole sequence went well: the reader does what it is for.
    func worked() async { await source.worked() }

    /// Asks the reader how it is, unless an operation is under way.
    func status() async -> DeviceStatus {
        if !closed {
            // Before the first attempt has ended there is nothing to tell.
            let isUnknown = device == nil && fault == nil
            if isUnknown { await gate.enter() }
            if isUnknown || gate.tryEnter() {
                _ = try? await reader()
                gate.leave()
            }
        }
        return DeviceStatus(role: role, reader: device, fault: fault)
    }

    func shutdown() async {
        closed = true
        (open, device) = (nil, nil)
        await source.shutdown()
    }

    private func freshReader() async throws(Fault) -> (any SmartCardReader, CardState) {
        let (met, result) = await source.open()
        if let met { device = met }
        let reader = try result.get()
        do throws(Fault) {
            var state = try await reader.cardState()
            if state == .active {
                // Powered by an earlier connection: what was verified then must not hold now.
                try await reader.powerOff()
                state = .inactive
            }
            guard !closed else { throw Fault(.usbDisconnected, "shut down", device: role) }
            open = reader
            return (reader, state)
        } catch {
            await source.drop(reader, after: error)
            throw error
        }
    }

    private func drop(_ reader: any SmartCardReader, for trouble: Fault) async {
        note(trouble)
        // Dropped before: the source may already have its successor.
        guard open === reader else { return }
        open = nil
        await source.drop(reader, after: trouble)
    }

    private func note(_ trouble: Fault) {
        fault = trouble
        switch trouble.code {
        case .usbNotFound, .usbDisconnected, .usbServerUnreachable, .usbSimulatedRefused, .pcscUnavailable:
            device = nil
        default: break
        }
    }

    private static func isOfReader(_ fault: Fault) -> Bool {
        switch fault.code {
        case .readerProtocol, .readerUnsuitable, .usbNotFound, .usbAccessDenied, .usbDisconnected, .usbTransferFailed,
            .usbTimeout, .usbBadDescriptor, .usbBusy, .usbSimulatedRefused, .usbServerUnreachable, .pcscUnavailable,
            .pcscReaderHeld, .internalError:
            true
        default: false
        }
    }
}
