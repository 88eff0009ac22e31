import Foundation

extension [Double] {
    public var median: Double { percentile(50) }

    /// The least value that so many percent of all do not exceed.
    public func percentile(_ percent: Double) -> Double {
        guard !isEmpty else { return 0 }
        let rank = (Double(count) * percent / 100).rounded(.up)
        return sorted()[Swift.min(Swift.max(Int(rank) - 1, 0), count - 1)]
    }
}

extension Duration {
    public var seconds: Double {
        let (whole, attoseconds) = components
        return Double(whole) + Double(attoseconds) / 1e18
    }
}

/// Seconds of this thread's processor time that one call takes: what others do on the machine does not count.
public func processorTime(of body: () throws -> Void) rethrows -> Double {
    let start = threadTime()
    try body()
    return threadTime() - start
}

private func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Two ways of computing the same on one thread by turns, `rounds` times each: the medians of their processor time in
/// seconds. A machine's speed changes from second to second, and whoever is first finds cold caches.
public func byTurns(
    rounds: Int, own: () throws -> Void, peer: () throws -> Void
) throws -> (own: Double, peer: Double) {
    try own()
    try peer()
    var times: (own: [Double], peer: [Double]) = ([], [])
    for round in 0..<rounds {
        if round.isMultiple(of: 2) {
            times.own.append(try processorTime(of: own))
            times.peer.append(try processorTime(of: peer))
        } else {
            times.peer.append(try processorTime(of: peer))
            times.own.append(try processorTime(of: own))
        }
    }
    return (times.own.median, times.peer.median)
}
