import Synchronization
import USBTransport

/// A device that answers as a recorded one did, byte for byte; what was never asked in the recording is noted.
///
/// An answer belongs to the write before it, whatever the order in which the host now asks: the same question gets its
/// recorded answers one after the other, and the last one from then on. What came by itself (interrupt endpoints) comes
/// at its recorded time.
public final class RecordedDevice: SimulatedUSBDevice {
    private struct Answer: Sendable {
        let endpoint: UInt8
        let bytes: [UInt8]
    }

    private struct Script: Sendable {
        var answers: [[Answer]] = []
        var next = 0

        mutating func take() -> [Answer] {
            defer { next = min(next + 1, answers.count - 1) }
            return answers.isEmpty ? [] : answers[next]
        }
    }

    private struct State {
        var writes: [[UInt8]: Script] = [:]
        var controls: [[Int]: Script] = [:]
        var notifying: Task<Void, Never>?
        var divergences: [String] = []
    }

    public let deviceDescriptor: [UInt8]
    public let configurationDescriptor: [UInt8]
    public let strings: [String]
    private let rule: ReplayRule
    private let notifications: [(at: Double, answer: Answer)]
    private let queues: [UInt8: SimulatedEndpointQueue]
    private let state: Mutex<State>

    public init(_ recording: USBRecording) {
        let sketch = RecordedDescriptors(recording.device)
        deviceDescriptor = sketch.device
        configurationDescriptor = sketch.configuration
        strings = sketch.strings
        rule = ReplayRule(interfaceClass: sketch.interfaceClass)
        queues = Dictionary(uniqueKeysWithValues: sketch.inputs.map { ($0, SimulatedEndpointQueue()) })

        var state = State()
        var question: [UInt8]?
        var notifications: [(Double, Answer)] = []
        for transfer in recording.transfers {
            let answer = transfer.in.flatMap { input in
                transfer.target.map { Answer(endpoint: $0, bytes: input.bytes) }
            }
            switch transfer.kind {
            case .write:
                guard let out = transfer.out?.bytes, transfer.error == nil else { continue }
                let key = rule.key(out)
                question = key
                state.writes[key, default: Script()].answers.append([])
            case .read:
                guard let answer, transfer.error == nil else { continue }
                if sketch.interrupts.contains(answer.endpoint) {
                    notifications.append((transfer.at, answer))
                } else if let question, let last = state.writes[question]?.answers.indices.last {
                    state.writes[question]?.answers[last].append(answer)
                }
            case .control:
                guard let setup = transfer.setup, transfer.error == nil else { continue }
                let bytes = transfer.in?.bytes ?? []
                state.controls[setup, default: Script()].answers.append([Answer(endpoint: 0, bytes: bytes)])
            case .claim, .release, .close, .clearHalt: continue
            }
        }
        let start = recording.transfers.first?.at ?? 0
        self.notifications = notifications.map { ($0.0 - start, $0.1) }
        self.state = Mutex(state)
    }

    /// What the host asked that the recording doesn't answer, in words; commands that a rule takes as they come are none.
    public var divergences: [String] { state.withLock(\.divergences) }

    public func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? {
        begin()
        let isInput = setup.requestType & 0x80 != 0
        let key = [
            Int(setup.requestType), Int(setup.request), Int(setup.value), Int(setup.index),
            isInput ? Int(setup.length) : 0,
        ]
        return state.withLock { state in
            guard let answers = state.controls[key]?.take() else {
                state.divergences.append("control \(key)")
                return nil
            }
            return answers.first?.bytes ?? []
        }
    }

    public func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        begin()
        let key = rule.key(bytes)
        let answers = state.withLock { state -> [Answer] in
            if state.writes[key] != nil { return state.writes[key]?.take() ?? [] }
            if let known = rule.loosely(bytes, among: state.writes.keys) { return state.writes[known]?.take() ?? [] }
            if !rule.takesAnything {
                state.divergences.append("write " + bytes.map { String($0, radix: 16) }.joined(separator: " "))
            }
            return []
        }
        for answer in answers { queues[answer.endpoint]?.push(rule.answer(answer.bytes, to: bytes)) }
        return .done([])
    }

    public func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        guard let queue = queues[endpoint] else { return .stall }
        return await queue.next(upTo: length)
    }

    public func attached() async { reset() }
    public func detached() async { reset() }

    private func reset() {
        for queue in queues.values { queue.removeAll() }
        state.withLock { state in
            state.notifying?.cancel()
            state.notifying = nil
        }
    }

    /// The recorded time begins with the host's first word.
    private func begin() {
        state.withLock { state in
            guard state.notifying == nil, !notifications.isEmpty else { return }
            state.notifying = Task { [notifications, queues] in
                let start = ContinuousClock.now
                for (at, answer) in notifications {
                    guard (try? await Task.sleep(until: start + .seconds(at))) != nil else { return }
                    queues[answer.endpoint]?.push(answer.bytes)
                }
            }
        }
    }
}
