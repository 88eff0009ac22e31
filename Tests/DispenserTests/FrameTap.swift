import SimulatedDevices
import Synchronization

/// A cabinet whose frames a test sees one by one on their way, and may lose, change, add to or hold back.
final class FrameTap: SimulatedUSBDevice {
    enum Direction: Sendable {
        case toController, toHost
    }

    /// What goes on instead of a frame: nothing, it, or something else; and what happens when that has gone.
    struct Verdict: Sendable {
        var frames: [[UInt8]]
        var afterwards: (@Sendable () async -> Void)?
    }

    typealias Judge = @Sendable (Direction, [UInt8]) async -> Verdict

    private static let bulkIn: UInt8 = 0x81
    private let cabinet: SimulatedDispenser
    private let judge: Mutex<Judge?>
    private let pending = Mutex<[[UInt8]]>([])

    init(_ cabinet: SimulatedDispenser, judge: Judge? = nil) {
        self.cabinet = cabinet
        self.judge = Mutex(judge)
    }

    func setJudge(_ judge: Judge?) { self.judge.withLock { $0 = judge } }

    var deviceDescriptor: [UInt8] { cabinet.deviceDescriptor }
    var configurationDescriptor: [UInt8] { cabinet.configurationDescriptor }
    var strings: [String] { cabinet.strings }
    func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? {
        await cabinet.control(setup, data: data)
    }
    func attached() async {
        pending.withLock { $0 = [] }
        await cabinet.attached()
    }
    func detached() async { await cabinet.detached() }

    /// The driver writes one frame in one transfer.
    func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        let verdict = await verdict(.toController, bytes)
        for frame in verdict.frames { _ = await cabinet.receive(frame, endpoint: endpoint) }
        await verdict.afterwards?()
        return .done([])
    }

    /// The cabinet sends one frame in one transfer.
    func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        guard endpoint == Self.bulkIn else { return await cabinet.send(upTo: length, endpoint: endpoint) }
        while true {
            if let frame = pending.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return .done(frame) }
            let result = await cabinet.send(upTo: length, endpoint: endpoint)
            guard case .done(let bytes) = result else { return result }
            let verdict = await verdict(.toHost, bytes)
            pending.withLock { $0 += verdict.frames.map { Array($0.prefix(length)) } }
            await verdict.afterwards?()
        }
    }

    private func verdict(_ direction: Direction, _ bytes: [UInt8]) async -> Verdict {
        guard let judge = judge.withLock({ $0 }) else { return Verdict(frames: [bytes]) }
        return await judge(direction, bytes)
    }
}
