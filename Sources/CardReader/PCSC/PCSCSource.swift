import KioskModel

/// A role's reader as pcscd has it.
actor PCSCSource: SmartCardReaderSource {
    nonisolated let role: String
    private let selection: PCSCSelection
    private let timeouts: PCSCTimeouts
    private var callers: [PCSCCaller] = []
    private var current: PCSCReader?
    private var closed = false

    init(selection: PCSCSelection, timeouts: PCSCTimeouts) {
        self.selection = selection
        self.timeouts = timeouts
        role = selection.role
    }

    func open() async -> (met: ReaderIdentity?, result: Result<any SmartCardReader, Fault>) {
        // Each attempt at a pcscd that hangs would cost a thread.
        callers.removeAll { !$0.isStuck }
        guard callers.isEmpty else { return (nil, .failure(PCSCError.timeout.fault(role: role, "an earlier call"))) }
        guard !closed else { return (nil, .failure(Fault(.usbDisconnected, "shut down", device: role))) }
        let work = PCSCCaller(role: role, purpose: "card")
        let watch = PCSCCaller(role: role, purpose: "watch")
        do throws(Fault) {
            try await work.call("connect to pcscd", within: timeouts.call) { context throws(PCSCError) in
                try context.open()
            }
            try await watch.call("connect to pcscd", within: timeouts.call) { context throws(PCSCError) in
                try context.open()
            }
            let (name, identity) = try await find(by: work)
            guard selection.allowsSimulated || !identity.isSimulated else {
                throw Fault(.usbSimulatedRefused, identity.address, device: role)
            }
            let reader = PCSCReader(
                role: role, name: name, identity: identity, work: work, watch: watch, timeouts: timeouts)
            current = reader
            return (identity, .success(reader))
        } catch {
            await end([work, watch])
            return (nil, .failure(error))
        }
    }

    func drop(_ reader: any SmartCardReader, after trouble: Fault) async {
        guard let reader = reader as? PCSCReader else { return }
        if current === reader { current = nil }
        await end([reader.work, reader.watch])
    }

    func worked() {}

    func shutdown() async {
        closed = true
        guard let reader = current else { return }
        current = nil
        await end([reader.work, reader.watch])
    }

    private func end(_ ended: [PCSCCaller]) async {
        callers += ended.filter(\.isStuck)
        for caller in ended { await caller.end(within: timeouts.call) }
    }

    /// The first reader whose name and port are the configured ones.
    private func find(by work: PCSCCaller) async throws(Fault) -> (String, ReaderIdentity) {
        let names = try await work.call("list readers", within: timeouts.call) { context throws(PCSCError) in
            try context.readers()
        }
        var held: Fault?
        for name in names where selection.accepts(name: name) {
            let channel: UInt32?
            do throws(Fault) {
                channel = try await work.call("ask for the port", within: timeouts.call) {
                    context throws(PCSCError) in try context.channel(of: name)
                }
            } catch {
                // A reader whose card is in use does not tell its port.
                guard error.code == .pcscReaderHeld, selection.path != nil else { throw error }
                if !PCSCHeldReaders.contains(name) { held = error }
                continue
            }
            let identity =
                channel.flatMap(USBChannel.init).flatMap { $0.reader(name: name) }
                // On no USB port: nobody can show that it is a real one.
                ?? ReaderIdentity(
                    address: name, vendorID: nil, productID: nil, product: name, serial: nil, isSimulated: true)
            if selection.path == nil || selection.path == identity.address { return (name, identity) }
        }
        if let held { throw held }
        let slot = selection.slot.map { " with a slot \($0)" } ?? ""
        let wanted = [selection.name, selection.path].compactMap(\.self).joined(separator: " at ") + slot
        let known = names.isEmpty ? "none" : names.joined(separator: ", ")
        throw Fault(.usbNotFound, "pcscd has no reader \(wanted); it has: \(known)", device: role)
    }
}
