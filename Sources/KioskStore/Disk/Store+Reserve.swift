import KioskModel

extension Store {
    /// Commits; where the disk is full, once more with what was kept aside for that.
    ///
    /// For records of visits under way and for safety events. Throws as `commit` does.
    public func commit(_ change: StoreChange, reserve: DiskGuard?) async throws(Fault) {
        try await with(reserve) { () async throws(Fault) in try await commit(change) }
    }

    /// As `nextCounter`, for the same records and events: their number is the first thing that is written.
    public func nextCounter(
        _ name: String, atLeast minimum: UInt64 = 1, reserve: DiskGuard?
    ) async throws(Fault) -> UInt64 {
        try await with(reserve) { () async throws(Fault) in try await nextCounter(name, atLeast: minimum) }
    }

    private func with<Value>(
        _ reserve: DiskGuard?, _ write: () async throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        do throws(Fault) {
            return try await write()
        } catch {
            guard error.code == .storeDiskFull, let reserve else { throw error }
            // Where another commit was first, its space may still do for both.
            _ = reserve.useReserve()
            return try await write()
        }
    }
}
