import Foundation

/// What the kernel says of a process.
public enum ProcessFigures {
    /// A line of /proc/PID/status in MB, as `VmRSS` or `VmHWM`.
    public static func memory(_ name: String, of process: Int32 = getpid()) -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }

    /// Seconds of processor time that its threads have used, from /proc/PID/task/*/schedstat in nanoseconds: the ticks
    /// of /proc/PID/stat are too coarse for a process that hardly works.
    public static func processorTime(of process: Int32) throws -> Double {
        let tasks = "/proc/\(process)/task"
        let threads = try FileManager.default.contentsOfDirectory(atPath: tasks)
        let nanoseconds = threads.compactMap { thread in
            (try? String(contentsOfFile: "\(tasks)/\(thread)/schedstat", encoding: .utf8))?
                .split(separator: " ").first.flatMap { Double($0) }
        }
        return nanoseconds.reduce(0, +) / 1e9
    }

    /// The same by /proc/PID/stat (user and system ticks), which also counts threads that have ended.
    public static func ticks(of process: Int32) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // The name in brackets may hold spaces.
        guard let end = text.lastIndex(of: ")") else { throw BenchError("/proc/\(process)/stat makes no sense") }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw BenchError("/proc/\(process)/stat makes no sense")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Percent of one processor that a process uses over so many seconds; the larger of both counts.
    public static func load(of process: Int32, over seconds: Double) async throws -> Double {
        let start = ContinuousClock.now
        let before = (try processorTime(of: process), try ticks(of: process))
        try await Task.sleep(for: .seconds(seconds))
        let after = (try processorTime(of: process), try ticks(of: process))
        let took = (ContinuousClock.now - start).seconds
        return max(after.0 - before.0, after.1 - before.1) / took * 100
    }
}
