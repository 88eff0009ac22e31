import GRDB
import KioskCrypto
import KioskModel

extension Store {
    /// Writes into the chain that this program begins to write, and how the run before it ended; `close` then writes
    /// that it ended in order.
    ///
    /// A start after which no stop follows is a power cut or a crash: whoever reads the chain sees it, though nobody
    /// has reported it.
    public func recordStart() async throws(Fault) {
        let stamp = clock.stamp()
        let (isSalvaged, wasCutOff) = (salvage != nil, wasCutOff)
        try await write { [keys] db in
            var chain = try AuditChain(db, at: stamp)
            let before = isSalvaged ? "salvaged" : wasCutOff ? "cut" : chain.sequence == 0 ? "new" : "clean"
            try chain.append(db, kind: AuditLinkKind.start, ref: before)
            try chain.seal(db, keys)
        }
        hasStarted.withLock { $0 = true }
    }

    /// The last link of a run that ends in order, always with a checkpoint.
    func recordStop(_ db: Database) throws {
        guard hasStarted.withLock({ $0 }) else { return }
        var chain = try AuditChain(db, at: clock.stamp())
        try chain.append(db, kind: AuditLinkKind.stop, ref: "clean")
        try chain.seal(db, keys, signs: true)
    }
}
