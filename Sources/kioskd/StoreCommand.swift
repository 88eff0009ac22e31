import ArgumentParser
import Foundation
import KioskConfig
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore

/// `kioskd store …`: work on the store's files; takes the daemon's place while it works.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "The kiosk's store.", subcommands: [Rekey.self, Recover.self, Discard.self])

    struct Rekey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a new kiosk key (or goes on with the one that was begun) and wraps every data key with it."
        )

        @OptionGroup var file: ConfigurationOption
        @Flag(help: "JSON, the only form.") var json = false

        func run() async throws {
            let configuration = try file.load()
            try await answer {
                // Before anything is made: a daemon that runs has only the old key.
                try Store.requireUnused(path: configuration.storePath)
                return try await KeyChange(configuration).run()
            }
        }
    }

    struct Recover: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads a disk that was moved to another machine, with the platform's recovery key.")

        @Argument(help: "The folder to make.") var folder: String
        @Option(help: "The store's file on the moved disk.") var store: String
        @Option(help: "The recovery key: a P-256 private key, PEM, that others can't read.") var recoveryKey: String
        // Not read: the machine need be no kiosk.
        @Option var config: String?
        @Flag(help: "JSON, the only form.") var json = false

        func run() async throws {
            try await answer {
                let key = try Secrets.recoveryPrivateKey(recoveryKey)
                return try await StoreRecovery(store: store, key: key, clock: SystemClock()).run(into: folder)
            }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Destroys the files of a damaged store that was set aside.")

        @Argument(help: "The folder's name, as the erasure that was refused showed it.") var folder: String
        @Option(help: "Who said so.") var by: String
        @OptionGroup var file: ConfigurationOption
        @Flag(help: "JSON, the only form.") var json = false

        func run() async throws {
            let configuration = try file.load()
            try await answer {
                try await OfflineStore.with(configuration) { store in
                    try await store.recordStart()
                    try await store.discard(copy: folder, by: by)
                    return DiscardView(folder: folder)
                }
            }
        }
    }
}

/// The key files of a change: `store.key.next` is made first, the files change places last. Cut anywhere, both files are
/// there, both keys open the store, and the same command goes on.
struct KeyChange {
    private let configuration: KioskConfiguration
    private var current: String { configuration.storeKeyFile }
    private var next: String { Secrets.nextKeyFile(configuration) }

    init(_ configuration: KioskConfiguration) { self.configuration = configuration }

    func run() async throws -> RekeyView {
        if !FileManager.default.fileExists(atPath: next) {
            do {
                try AtomicFile.write(Array(Sealer().keyFileText.utf8), to: next)
            } catch {
                throw Fault(
                    .storeWriteFailed, "\(next): \(error); where it is a credential, put the new key there yourself")
            }
        }
        let (done, copies) = try await OfflineStore.with(configuration) { (try await $0.rekey(), $0.damagedCopies) }
        // Proven before the old key goes: the new one alone opens the store.
        let keys = StoreKeys(kiosk: try Secrets.kioskKey(next))
        try Store.open(path: configuration.storePath, keys: keys, clock: configuration.clock, readOnly: true).close()
        return RekeyView(
            from: done.from, to: done.to, dataKeys: done.wrapped, oldKeyFile: exchange(done.from.last ?? ""),
            copies: copies)
    }

    /// Puts the new key file in place. Nil where the files are not ours to move: then a person does it.
    private func exchange(_ id: String) -> String? {
        let old = "\(current).old-\(id)"
        guard link(current, old) == 0 || errno == EEXIST, rename(next, current) == 0 else { return nil }
        return old
    }
}
