import DispenserKit
import USBTransport

/// Frames over a serial port: numbers them, matches replies, drops what is damaged or late.
///
/// One question at a time: the driver sees to that.
actor FrameLink {
    /// After a damaged frame the answer itself is probably lost: waiting longer than this brings nothing.
    private static let grace = Duration.milliseconds(500)

    private let port: any SerialPort
    private var decoder = FrameDecoder()
    private var received: [Frame] = []
    private var sequence = UInt16.random(in: 0...UInt16.max)

    init(_ port: any SerialPort) { self.port = port }

    /// Sends an idempotent request until an answer to it comes, at most `attempts` times.
    func ask(_ request: Request, attempts: Int, timeout: Duration) async throws(LinkError) -> Reply {
        var last = LinkError.silent
        for _ in 0..<max(1, attempts) {
            do {
                let number = try await send(request, timeout: timeout)
                return try await reply(to: number, within: timeout)
            } catch .usb(let error) {
                throw .usb(error)
            } catch {
                last = error
            }
        }
        throw last
    }

    /// Sends one frame; its sequence number.
    func send(_ request: Request, timeout: Duration) async throws(LinkError) -> UInt16 {
        sequence &+= 1
        received.removeAll()
        let frame = request.frame(sequence: sequence).encoded()
        let bytes = (0..<frame.count).compactMap { frame.byte(at: $0) }
        do {
            try await port.write(bytes, timeout: timeout)
        } catch {
            try await recover(from: error)
            throw .silent
        }
        return sequence
    }

    /// The reply with a sequence number.
    func reply(to number: UInt16, within timeout: Duration) async throws(LinkError) -> Reply {
        try await next(within: timeout) { $0 == number ? $1 : nil }
    }

    /// A report that a transaction has ended, whatever frame it answers.
    func outcome(of transaction: UInt32, within timeout: Duration) async throws(LinkError) -> TransactionReport {
        try await next(within: timeout) { _, reply in
            guard case .transaction(let report) = reply, report.transaction == transaction, report.state.isOutcome
            else { return nil }
            return report
        }
    }

    private func next<Wanted: Sendable>(
        within timeout: Duration, _ pick: @Sendable (UInt16, Reply) -> Wanted?
    ) async throws(LinkError) -> Wanted {
        var deadline = ContinuousClock.now + timeout
        var isDamaged = false
        while true {
            while !received.isEmpty {
                let frame = received.removeFirst()
                do {
                    if let wanted = pick(frame.sequence, try Reply(frame)) { return wanted }
                } catch {
                    isDamaged = true
                }
            }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { throw isDamaged ? .damaged : .silent }
            guard try await fill(within: left) else {
                deadline = min(deadline, .now + Self.grace)
                isDamaged = true
                continue
            }
        }
    }

    /// Reads once. False where a damaged frame was among what came.
    private func fill(within timeout: Duration) async throws(LinkError) -> Bool {
        let bytes: [UInt8]
        do {
            bytes = try await port.read(timeout: timeout)
        } catch {
            try await recover(from: error)
            return true
        }
        var isClean = true
        for byte in bytes {
            do {
                if let frame = try decoder.push(byte) { received.append(frame) }
            } catch {
                isClean = false
            }
        }
        return isClean
    }

    /// A time-out is only silence and a stall can be cleared; the rest ends the link.
    private func recover(from error: USBError) async throws(LinkError) {
        switch error {
        case .timeout: return
        case .stall:
            do {
                try await port.recover()
            } catch {
                throw .usb(error)
            }
        case .noDevice, .overflow, .cancelled, .accessDenied, .busy, .badDescriptor, .serverUnreachable, .failed:
            throw .usb(error)
        }
    }
}
