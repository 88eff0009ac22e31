import CLinux
import Foundation
import Synchronization

/// One named pthread that runs jobs in order: the executor of an actor whose C library blocks.
///
/// `stop()` runs what is queued, then ends the thread and joins it; call it from another thread.
public final class DeviceThread: SerialExecutor, @unchecked Sendable {
    private let name: String
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    private var stopping = false
    private var thread: pthread_t?

    public init(name: String) {
        self.name = name
        var created = pthread_t()
        let box = Unmanaged.passRetained(self)
        let result = pthread_create(&created, nil, { deviceThreadMain($0) }, box.toOpaque())
        precondition(result == 0, "pthread_create failed: \(result)")
        thread = created
    }

    public func enqueue(_ job: UnownedJob) {
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    public var isCurrent: Bool { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }

    public func checkIsolated() { precondition(isCurrent, "not on thread \(name)") }

    public func stop() {
        condition.lock()
        let already = stopping
        stopping = true
        condition.signal()
        condition.unlock()
        guard !already, let thread, !isCurrent else { return }
        pthread_join(thread, nil)
    }

    fileprivate func run() {
        clinux_name_thread(name)
        while true {
            condition.lock()
            while jobs.isEmpty && !stopping { condition.wait() }
            guard !jobs.isEmpty else {
                condition.unlock()
                return
            }
            let batch = jobs
            jobs.removeAll(keepingCapacity: true)
            condition.unlock()
            for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }
}

private func deviceThreadMain(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let raw else { return nil }
    Unmanaged<DeviceThread>.fromOpaque(raw).takeRetainedValue().run()
    return nil
}
