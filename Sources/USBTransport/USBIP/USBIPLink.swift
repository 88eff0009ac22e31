import KioskPlatform
import Synchronization

/// The connection of one imported device: submits URBs and resumes each of them exactly once.
final class USBIPLink: Sendable {
    struct Reply: Sendable {
        let moved: Int
        let data: [UInt8]
    }

    private struct Pending {
        let isDeviceToHost: Bool
        let length: Int
        let continuation: CheckedContinuation<Result<Reply, USBError>, Never>
        /// Why it is being taken back; the answer may still come first, and then stands.
        var takenBackFor: USBError?
        var timer: Task<Void, Never>?
    }

    private struct State {
        var sequence: UInt32 = 0
        var pending: [UInt32: Pending] = [:]
        /// The submit that each unlink under way is for.
        var unlinks: [UInt32: UInt32] = [:]
        /// Set once: nothing is submitted any more, and transfers end with this.
        var ended: USBError?
    }

    private static let maximumPending = 256
    /// How long a server may take to answer an unlink, or to end its side.
    private static let patience = Duration.seconds(2)

    let record: USBIPDeviceRecord
    private let stream: SocketStream
    private let outbox: USBIPOutbox
    private let state = Mutex(State())
    private let reading: Mutex<Task<Void, Never>?> = Mutex(nil)

    /// `onEnd` is called once, when the server or the network ended the connection, not for `close()`.
    init(stream: SocketStream, record: USBIPDeviceRecord, onEnd: @escaping @Sendable () async -> Void) {
        self.stream = stream
        self.record = record
        outbox = USBIPOutbox(stream)
        let task = Task {
            try? await onOwnThread("usbip-read") { try self.receive() }
            if end(.noDevice) { await onEnd() }
            outbox.finish()
        }
        reading.withLock { $0 = task }
    }

    /// Whether the connection still takes transfers.
    var isOpen: Bool { state.withLock { $0.ended == nil } }

    /// One URB. `endpoint` has the direction bit; `data` is empty for device-to-host.
    func transfer(
        endpoint: UInt8, isDeviceToHost: Bool, setup: [UInt8]? = nil, data: [UInt8] = [], length: Int,
        interval: UInt8 = 0, timeout: Duration
    ) async throws(USBError) -> Reply {
        let number = state.withLock { Self.next(&$0) }
        let submit = USBIPSubmit(
            sequence: number, deviceID: record.deviceID, isDeviceToHost: isDeviceToHost, endpoint: endpoint & 0x0F,
            flags: isDeviceToHost ? USBIPSubmit.directionIn : 0, length: length, interval: UInt32(interval),
            setup: setup ?? [UInt8](repeating: 0, count: 8))
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let pending = Pending(isDeviceToHost: isDeviceToHost, length: length, continuation: continuation)
                if let refusal = start(submit, data, pending) {
                    continuation.resume(returning: .failure(refusal))
                } else if Task.isCancelled {
                    takeBack(number, for: .cancelled)
                } else {
                    startTimer(number, timeout)
                }
            }
        } onCancel: {
            takeBack(number, for: .cancelled)
        }
        return try result.get()
    }

    /// Ends every transfer with `.cancelled`, and returns when the server has let the device go.
    func close() async {
        end(.cancelled)
        outbox.finish(receivingGoesOn: true)
        let impatience = Task { [stream] in
            try await Task.sleep(for: Self.patience)
            stream.shutdown()
        }
        await reading.withLock(\.self)?.value
        impatience.cancel()
    }

    // MARK: Sending

    private static func next(_ state: inout State) -> UInt32 {
        // 0 is not used: the kernel's client begins at 1.
        repeat { state.sequence &+= 1 } while state.sequence == 0 || state.pending[state.sequence] != nil
        return state.sequence
    }

    /// Registers and sends in one step, so that the order of numbers is the order on the wire.
    private func start(_ submit: USBIPSubmit, _ data: [UInt8], _ pending: Pending) -> USBError? {
        state.withLock { state in
            if let ended = state.ended { return ended }
            guard state.pending.count < Self.maximumPending else { return .failed("too many transfers at once") }
            state.pending[submit.sequence] = pending
            outbox.send(USBIPMessage.submit(submit).encoded + data)
            return nil
        }
    }

    private func startTimer(_ number: UInt32, _ timeout: Duration) {
        let timer = Task { [weak self] in
            guard (try? await Task.sleep(for: timeout)) != nil else { return }
            self?.takeBack(number, for: .timeout(moved: nil))
        }
        let isNeeded = state.withLock { state in
            guard state.pending[number] != nil else { return false }
            state.pending[number]?.timer = timer
            return true
        }
        if !isNeeded { timer.cancel() }
    }

    /// Asks the server to take a submit back; the transfer ends with its answer.
    private func takeBack(_ target: UInt32, for reason: USBError) {
        let isNew = state.withLock { state in
            guard let pending = state.pending[target], pending.takenBackFor == nil, state.ended == nil else {
                return false
            }
            state.pending[target]?.takenBackFor = reason
            let number = Self.next(&state)
            state.unlinks[number] = target
            let message = USBIPMessage.unlink(sequence: number, deviceID: record.deviceID, target: target)
            outbox.send(message.encoded)
            return true
        }
        guard isNew else { return }
        Task { [weak self] in
            try? await Task.sleep(for: Self.patience)
            // A server that does not answer an unlink is as good as gone.
            if let self, state.withLock({ $0.pending[target] != nil }) { stream.shutdown() }
        }
    }

    // MARK: Receiving, on the reading thread

    private func receive() throws {
        while isOpen {
            switch try USBIPMessage(decoding: stream.read(exactly: USBIPWire.headerLength)) {
            case .submitted(let number, let status, let length):
                try receive(answerTo: number, status: status, length: length)
            case .unlinked(let number, _): unlinked(number)
            case .submit, .unlink: throw USBIPWireError("a request from the server")
            }
        }
        // Closed from this side: what still comes belongs to nobody, until the server ends its side.
        while try !stream.read(upTo: 65536).isEmpty {}
    }

    private func receive(answerTo number: UInt32, status: Int32, length: Int) throws {
        // The answer's own direction is always 0: what follows is known from the request alone.
        guard let pending = state.withLock({ $0.pending[number] }) else {
            if isOpen { throw USBIPWireError("an answer to \(number), which was not asked") }
            return
        }
        guard length <= pending.length else {
            finish(number, .failure(.overflow))
            throw USBIPWireError("\(length) bytes where \(pending.length) were asked")
        }
        let data = pending.isDeviceToHost && length > 0 ? try stream.read(exactly: length) : []
        if let error = USBIPStatus.error(status) {
            finish(number, .failure(error == .cancelled ? pending.takenBackFor ?? error : error))
        } else {
            finish(number, .success(Reply(moved: length, data: data)))
        }
    }

    private func unlinked(_ number: UInt32) {
        let target = state.withLock { $0.unlinks.removeValue(forKey: number) }
        guard let target, let reason = state.withLock({ $0.pending[target]?.takenBackFor }) else { return }
        finish(target, .failure(reason))
    }

    // MARK: Ending

    private func finish(_ number: UInt32, _ result: Result<Reply, USBError>) {
        guard let pending = state.withLock({ $0.pending.removeValue(forKey: number) }) else { return }
        pending.timer?.cancel()
        pending.continuation.resume(returning: result)
    }

    /// Ends all transfers with an error; true the first time.
    @discardableResult
    private func end(_ error: USBError) -> Bool {
        let (isFirst, pending) = state.withLock { state -> (Bool, [Pending]) in
            defer {
                state.ended = state.ended ?? error
                state.pending = [:]
                state.unlinks = [:]
            }
            return (state.ended == nil, Array(state.pending.values))
        }
        for one in pending {
            one.timer?.cancel()
            one.continuation.resume(returning: .failure(one.takenBackFor ?? error))
        }
        return isFirst
    }
}
