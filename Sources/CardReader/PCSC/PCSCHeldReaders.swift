import Synchronization

/// The readers in which this program holds a card: one role that looks for its reader must not take another role's for
/// one that a foreign program holds.
enum PCSCHeldReaders {
    private static let names = Mutex<Set<String>>([])

    static func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
    static func remove(_ name: String) { names.withLock { _ = $0.remove(name) } }
    static func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }
}
