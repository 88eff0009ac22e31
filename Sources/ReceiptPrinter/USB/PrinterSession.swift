import KioskModel
import USBTransport

/// The conversation over one connection: what was asked, what the printer said, what it can do.
///
/// All answers come over one bulk-IN stream; each wait reads it and notes whatever passes.
actor PrinterSession {
    /// What became of the bytes of a document.
    enum Transmission: Sendable {
        case complete
        /// `moved`: how many were taken, nil where that is not known.
        case stopped(moved: Int?, USBError)
    }

    /// What the printer said after the last byte.
    enum Completion: Sendable {
        case confirmed
        /// All was processed, as far as this printer can tell.
        case unconfirmed
        /// It stopped for a reason that its sensors give.
        case stopped(PrinterCondition)
        case silent
    }

    nonisolated let link: PrinterLink
    private let profile: PrinterProfile
    private let timing: PrinterTiming
    private var demultiplexer = ReplyDemultiplexer()
    private var realTimeReply: UInt8?
    private var paperReply: UInt8?
    private var fenceReply: FenceID?
    private var automatic: PrinterCondition?
    private var buffersCleared = false
    /// A late answer may still come: read the stream empty before the next question.
    private var mayHoldLateReply = true
    /// Nil until it was asked on this connection.
    private var hasFence: Bool?
    private var answersPaperStatus = false

    init(link: PrinterLink, profile: PrinterProfile, timing: PrinterTiming) {
        self.link = link
        self.profile = profile
        self.timing = timing
        if profile.fence == .absent { hasFence = false }
    }

    /// How the end of a print is known on this connection; nil before it was tried.
    var completionWay: String? { hasFence.map { $0 ? "fence" : answersPaperStatus ? "paper-status" : "none" } }

    /// What the sensors say now; nil where the printer doesn't answer. Sends real-time commands only: no data.
    func condition() async throws(USBError) -> PrinterCondition? {
        let port = try await portCondition()
        guard link.input != nil else { return port }
        var condition = PrinterCondition()
        for question: UInt8 in 1...4 {
            guard let reply = try await realTimeStatus(question) else {
                return port.flatMap { $0.fault(role: "") == nil ? nil : $0 }
            }
            condition.update(realTime: reply, question: question)
        }
        // Many printers never change the other two bits of the port status; this one is only ever set in earnest.
        if port?.paperOut == true { condition.paperOut = true }
        return condition
    }

    /// Empties the printer: whatever an earlier job left there must never come out as paper.
    ///
    /// True where the printer confirmed it: it accepted SOFT_RESET, or answered that its buffers are cleared. DLE ENQ 2
    /// has no answer, and acts in an error state alone: it confirms nothing.
    func clear() async throws(USBError) -> Bool {
        let reset = try await link.softReset(timeout: timing.answer)
        try await drain()
        try await command(RealTimeCommand.recover)
        var cleared = false
        if profile.clearsInRealTime {
            buffersCleared = false
            if try await command(RealTimeCommand.clearBuffers) {
                cleared = try await wait(timing.answer) { buffersCleared }
            }
        }
        let deadline = ContinuousClock.now + timing.settle
        while reset, try await condition() == nil, ContinuousClock.now < deadline {}
        return reset || cleared
    }

    /// Readies the printer for a document: settings reset, what hangs out of it cut off, and the fence tried.
    ///
    /// Nothing is printed; false where nothing had to be done. Throws `.timeout` where a printer with a fence doesn't
    /// answer it.
    func begin(cutFirst: Bool, fence id: FenceID) async throws(USBError) -> Bool {
        guard cutFirst || hasFence == nil else { return false }
        var encoder = ESCPOSEncoder()
        encoder.initialize()
        if cutFirst { encoder.cut() }
        encoder.enableAutomaticStatus()
        if hasFence != false { encoder.fence(id) }
        encoder.paperStatus()
        fenceReply = nil
        paperReply = nil
        if case .stopped(let moved, let error) = await send(encoder.bytes) {
            if case .timeout = error { throw .timeout(moved: moved) }
            throw error
        }
        let answered = try await wait(timing.probe) { hasFence == false ? paperReply != nil : fenceReply == id }
        if hasFence == true, !answered { throw .timeout(moved: encoder.bytes.count) }
        if hasFence != true, let state = try await condition(), state.fault(role: "") == nil {
            hasFence = hasFence == nil ? answered : false
            answersPaperStatus = paperReply != nil
        }
        return true
    }

    /// Sends a document and the question for its completion.
    func transmit(_ document: [UInt8], fence id: FenceID) async -> Transmission {
        var question = ESCPOSEncoder()
        if hasFence == true { question.fence(id) } else { question.paperStatus() }
        fenceReply = nil
        paperReply = nil
        automatic = nil
        return await send(document + question.bytes)
    }

    /// Waits until the printer says that the paper is out and cut, or why it is not; one that can't say when it is
    /// done is watched for as long as its paper may take.
    func completion(of id: FenceID, watch: Duration) async throws(USBError) -> Completion {
        guard hasFence == true || answersPaperStatus else { return try await watched(watch) }
        let deadline = ContinuousClock.now + timing.completion
        while true {
            let left = deadline - .now
            guard left > .zero else { break }
            let slice = min(left, .seconds(1))
            let isOver = try await wait(slice) { isComplete(id) || automatic?.fault(role: "") != nil }
            // The answer may be right behind the news that the paper has ended.
            if isOver, !isComplete(id) { _ = try await wait(min(left, .milliseconds(300))) { isComplete(id) } }
            if isComplete(id) { return verdict() }
            if let automatic, automatic.fault(role: "") != nil { return .stopped(automatic) }
            if let state = try await condition(), state.fault(role: "") != nil {
                return isComplete(id) ? verdict() : .stopped(state)
            }
        }
        return .silent
    }

    /// The end of a print on a printer that answers neither question for it: its sensors alone tell of paper that ended
    /// under it.
    private func watched(_ limit: Duration) async throws(USBError) -> Completion {
        let deadline = ContinuousClock.now + limit
        while true {
            let state = try await condition()
            if let state, state.fault(role: "") != nil { return .stopped(state) }
            let left = deadline - .now
            guard left > .zero else { return state == nil ? .silent : .unconfirmed }
            guard (try? await Task.sleep(for: min(left, .milliseconds(200)))) != nil else { return .silent }
        }
    }

    func close() async {
        try? await link.connection.release(interface: link.interface.number)
    }

    private func isComplete(_ id: FenceID) -> Bool { hasFence == true ? fenceReply == id : paperReply != nil }

    private func verdict() -> Completion {
        if hasFence == true { return .confirmed }
        guard let paperReply, paperReply & 0x0C != 0 else { return .unconfirmed }
        var condition = PrinterCondition()
        condition.paperOut = true
        return .stopped(condition)
    }

    private func portCondition() async throws(USBError) -> PrinterCondition? {
        do {
            return try await link.portStatus(timeout: timing.answer).map(PrinterCondition.init(portStatus:))
        } catch .timeout {
            return nil
        }
    }

    private func realTimeStatus(_ question: UInt8) async throws(USBError) -> UInt8? {
        // Answers don't say which question they belong to: one at a time, and none left over.
        if mayHoldLateReply { try await drain() }
        realTimeReply = nil
        guard try await command(RealTimeCommand.status(question)),
            try await wait(timing.answer, until: { realTimeReply != nil })
        else {
            mayHoldLateReply = true
            return nil
        }
        return realTimeReply
    }

    /// A real-time command; false where the printer took no bytes in time.
    @discardableResult
    private func command(_ bytes: [UInt8]) async throws(USBError) -> Bool {
        do {
            return try await link.connection.write(bytes, to: link.output.address, timeout: timing.answer)
                == bytes.count
        } catch .timeout {
            return false
        } catch .stall {
            try await link.connection.clearHalt(link.output.address)
            return false
        }
    }

    private func send(_ bytes: [UInt8]) async -> Transmission {
        let deadline = ContinuousClock.now + timing.write * 4
        var offset = 0
        while offset < bytes.count {
            let chunk = Array(bytes[offset..<min(offset + 1024, bytes.count)])
            var taken: Int
            do {
                taken = try await link.connection.write(chunk, to: link.output.address, timeout: timing.write)
            } catch .timeout(let moved) {
                guard let moved, (0...chunk.count).contains(moved) else {
                    return .stopped(moved: nil, .timeout(moved: nil))
                }
                guard moved > 0 else { return .stopped(moved: offset, .timeout(moved: offset)) }
                taken = moved
            } catch {
                return .stopped(moved: nil, error)
            }
            guard (0...chunk.count).contains(taken) else {
                return .stopped(moved: nil, .failed("\(taken) of \(chunk.count) bytes taken"))
            }
            offset += taken
            guard ContinuousClock.now < deadline else {
                return offset == bytes.count ? .complete : .stopped(moved: offset, .timeout(moved: offset))
            }
        }
        return .complete
    }

    private func drain() async throws(USBError) {
        demultiplexer.reset()
        _ = try await wait(.milliseconds(60)) { false }
        demultiplexer.reset()
        mayHoldLateReply = false
    }

    /// Reads the IN stream until something has come, or the time is over; false then.
    private func wait(_ limit: Duration, until isDone: () -> Bool) async throws(USBError) -> Bool {
        guard let input = link.input else { return false }
        let deadline = ContinuousClock.now + limit
        var barren = 0
        while !isDone() {
            let left = deadline - .now
            guard left > .zero, barren < 8 else { return false }
            do {
                let bytes = try await link.connection.read(upTo: 512, from: input.address, timeout: left)
                barren = bytes.isEmpty ? barren + 1 : 0
                for reply in demultiplexer.feed(bytes) { note(reply) }
            } catch .timeout {
                return isDone()
            } catch .stall {
                barren += 1
                try await link.connection.clearHalt(input.address)
            } catch .overflow {
                barren += 1
            }
        }
        return true
    }

    private func note(_ reply: PrinterReply) {
        switch reply {
        case .realTime(let byte): realTimeReply = byte
        case .automatic(let bytes): automatic = PrinterCondition(automatic: bytes)
        case .fence(let id): fenceReply = id
        case .buffersCleared: buffersCleared = true
        case .paper(let byte): paperReply = byte
        case .noise: break
        }
    }
}
