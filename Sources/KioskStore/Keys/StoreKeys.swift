import KioskCrypto
import KioskModel

/// The keys that a store is opened with; data keys are inside the store, wrapped by these.
public struct StoreKeys: Sendable {
    /// Opens data keys: the kiosk's own, or the platform's recovery key.
    private enum Opener: Sendable {
        case kiosk(Sealer, next: Sealer?)
        case recovery(RecoveryPrivateKey)
    }

    private let opener: Opener
    /// Every new data key is wrapped for this one too; nil where the platform has none.
    let recovery: RecoveryPublicKey?
    let signer: CheckpointSigner?

    /// `next`: the kiosk key that takes over, while a change of keys is under way: both open the store.
    public init(
        kiosk: Sealer, next: Sealer? = nil, recovery: RecoveryPublicKey? = nil, signer: CheckpointSigner? = nil
    ) {
        opener = .kiosk(kiosk, next: next)
        self.recovery = recovery
        self.signer = signer
    }

    /// For reading a disk whose kiosk is dead.
    public init(recovery: RecoveryPrivateKey) {
        opener = .recovery(recovery)
        self.recovery = nil
        signer = nil
    }

    /// The key that takes over; nil where no change is meant.
    var next: Sealer? {
        guard case .kiosk(_, let next) = opener else { return nil }
        return next
    }

    /// The key from before a change, or the only one. Nil for the recovery key.
    var current: Sealer? {
        guard case .kiosk(let kiosk, _) = opener else { return nil }
        return kiosk
    }

    /// The kiosk's keys, the newest first.
    var kioskKeys: [Sealer] {
        guard case .kiosk(let kiosk, let next) = opener else { return [] }
        return [next, kiosk].compactMap { $0 }
    }

    func wrap(_ dataKey: Sealer, id: String, scope: DataKey.Scope, with kiosk: Sealer) throws(Fault) -> DataKey {
        let context = DataKey.context(id, scope)
        return DataKey(
            id: id, scope: scope, kioskKey: kiosk.id, wrap: try kiosk.wrap(dataKey, context: context),
            recoveryKey: recovery?.id,
            recoveryWrap: try recovery.map { key throws(Fault) in try key.wrap(dataKey, context: context) })
    }

    /// Throws `storeKeyWrong`, with the ids of the keys.
    func unwrap(_ key: DataKey) throws(Fault) -> Sealer {
        let context = DataKey.context(key.id, key.scope)
        switch opener {
        case .kiosk:
            guard let fitting = kioskKeys.first(where: { $0.id == key.kioskKey }) else {
                let given = kioskKeys.map(\.id).joined(separator: ", ")
                throw Fault(.storeKeyWrong, "the store is sealed with key \(key.kioskKey), this is \(given)")
            }
            return try fitting.unwrap(key.wrap, context: context)
        case .recovery(let recovery):
            guard let wrap = key.recoveryWrap else {
                throw Fault(.storeRecoveryKeyWrong, "data key \(key.id) was not wrapped for a recovery key")
            }
            guard key.recoveryKey == recovery.publicKey.id else {
                let needed = key.recoveryKey ?? "none"
                throw Fault(.storeRecoveryKeyWrong, "the disk needs key \(needed), this is \(recovery.publicKey.id)")
            }
            return try recovery.unwrap(wrap, context: context)
        }
    }
}
