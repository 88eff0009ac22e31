import KioskModel

/// How long visits stay where; days count from a visit's last change by the wall clock.
public struct Retention: Sendable, Hashable {
    let live: Int64
    let least: Int64
    let most: Int64

    private static let day: Int64 = 86_400_000

    /// `liveDays`: then a visit that the platform has moves to the archive; `leastDays`: nothing is erased before, and then
    /// a message of no visit that the platform has is deleted; `mostDays`: then an archived visit is deleted.
    public init(liveDays: Int, leastDays: Int, mostDays: Int) {
        live = Int64(clamping: liveDays) * Self.day
        least = Int64(clamping: leastDays) * Self.day
        most = Int64(clamping: max(mostDays, leastDays, liveDays)) * Self.day
    }
}

extension Store {
    /// What nothing has touched since then, in milliseconds since 1970, has been kept for `kept` milliseconds; nil where
    /// nobody can say.
    ///
    /// For what is deleted or erased. A wall clock that was set forward makes everything old, and one that no source has
    /// told the time in this run can't know: so age goes by the time that a trusted source has told at least.
    func cutoff(kept: Int64, at stamp: Stamp) -> Int64? {
        guard kept > 0 else { return stamp.wall }
        let floor = clock.floor
        return floor == .min ? nil : min(stamp.wall, floor) - kept
    }
}

/// What one round of care for the store did.
public struct MaintenanceReport: Sendable, Hashable {
    /// Visits moved to the archive, and visits deleted there.
    public internal(set) var archived = 0
    public internal(set) var expired = 0
    /// Messages of no visit, such as alerts, that the platform has and whose time to be kept has ended.
    public internal(set) var dropped = 0
    /// Data keys destroyed, and data keys wrapped anew.
    public internal(set) var keysDestroyed = 0
    public internal(set) var keysWrapped = 0
    /// What was saved and lost of an archive that was damaged.
    public internal(set) var salvage: SalvageReport?

    public init() {}
}
