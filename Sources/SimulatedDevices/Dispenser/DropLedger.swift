import Foundation
import KioskPlatform

/// What really fell, whatever the controller believes: one line a box, in a file that outlives the process.
///
/// A line is the transaction under way, a space, the slot.
struct DropLedger {
    private let path: String
    private var drops: [(transaction: UInt32, slot: Int)] = []

    /// Reads what fell before. Lines that are not of that form are an error.
    init(path: String) throws {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else { return }
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count == 2, let transaction = UInt32(fields[0]), let slot = Int(fields[1]) else {
                throw SystemCallError("read \(path)", code: EBADMSG)
            }
            drops.append((transaction, slot))
        }
    }

    var total: Int { drops.count }

    func total(transaction: UInt32) -> Int { drops.count { $0.transaction == transaction } }

    func total(slot: Int) -> Int { drops.count { $0.slot == slot } }

    /// Notes one box. Throws where the file can't be written.
    mutating func note(transaction: UInt32, slot: Int) throws {
        drops.append((transaction, slot))
        let line = Array("\(transaction) \(slot)\n".utf8)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemCallError("open \(path)") }
        defer { close(descriptor) }
        guard write(descriptor, line, line.count) == line.count else { throw SystemCallError("write \(path)") }
    }
}
