import Foundation
import KioskModel
import KioskPlatform
import KioskStore

/// The highest number seen of each signing key, kept in the store and in a file beside it: whichever is restored
/// from a copy, the other still knows.
///
/// One ratchet for each key: a key that was misused to issue a huge number is replaced, and its ratchet with it.
struct EnvelopeRatchet {
    struct Mark: Codable, Sendable, Hashable {
        let sequence: UInt64
        /// SHA-256 of the envelope, hexadecimal.
        let digest: String
        /// Milliseconds since 1970 at which it was issued: time was at least this.
        let issued: Int64
    }

    private struct Marks: Codable, Sendable {
        var marks: [String: Mark] = [:]

        /// Of each key the higher mark.
        mutating func join(_ others: [String: Mark]) {
            marks.merge(others) { $0.sequence < $1.sequence ? $1 : $0 }
        }
    }

    private let store: Store
    private let path: String
    private static let record = "envelope-ratchet"

    init(store: Store, folder: String) {
        self.store = store
        path = folder + "/envelope.ratchet"
    }

    /// The higher of both places; nil where this key has signed nothing yet.
    func mark(of key: String) async throws(Fault) -> Mark? {
        try await inBoth().marks[key]
    }

    /// The file first: after a cut between the two the envelope is the newest seen, and may be taken again. Either
    /// place is given what only the other still knew of other keys.
    func raise(_ key: String, to mark: Mark) async throws(Fault) {
        var marks = try await inBoth()
        marks.join([key: mark])
        var change = StoreChange()
        try change.put(marks, kind: .registryState, id: Self.record, state: "seen")
        do {
            let bytes = Array(try JSONEncoder().encode(marks))
            let path = path
            try await onOwnThread("ratchet") { try AtomicFile.write(bytes, to: path) }
        } catch {
            throw Fault(.storeWriteFailed, "\(path): \(error)")
        }
        try await store.commit(change)
    }

    private func inBoth() async throws(Fault) -> Marks {
        var marks = try await store.fetch(Marks.self, kind: .registryState, id: Self.record) ?? Marks()
        marks.join(inFile().marks)
        return marks
    }

    /// A file that is gone or damaged says nothing; the store still does.
    private func inFile() -> Marks {
        guard let bytes = try? BoundedFile.read(path, limit: 1 << 16),
            let marks = try? JSONDecoder().decode(Marks.self, from: Data(bytes))
        else { return Marks() }
        return marks
    }
}
