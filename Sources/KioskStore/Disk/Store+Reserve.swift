import KioskModel

extension Store {
    /// Commits; where the disk is full, once more with what was kept aside for that.
    ///
    /// For records of visits under way and for safety events. Throws as `commit` does.
    public func commit(_ change: StoreChange, reserve: DiskGuard?) async throws(Fault) {
        do throws(Fault) {
            try await commit(change)
        } catch {
            guard error.code == .storeDiskFull, let reserve, reserve.useReserve() else { throw error }
            try await commit(change)
        }
    }
}
