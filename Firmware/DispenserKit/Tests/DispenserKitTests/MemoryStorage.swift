import DispenserKit

/// Memory that outlives the controller, and whose power can be cut in the middle of a write.
final class Memory {
    var bytes: [UInt8]
    let pageSize: Int
    /// Writes until power is cut, and how many bytes of the last one still arrive; nil: never.
    var cut: (afterWrites: Int, bytes: Int)?
    var isOff = false
    var isWorn = false
    private(set) var writes = 0

    init(records: Int = 48) {
        pageSize = records * 32
        bytes = [UInt8](repeating: 0xFF, count: pageSize * 2)
    }

    /// Power is back, and no further cut is planned.
    func restore() {
        cut = nil
        isOff = false
        writes = 0
    }

    func write(_ record: JournalBytes, at address: Int) throws(StorageError) {
        guard !isOff, !isWorn else { throw StorageError() }
        var length = record.count
        if let cut, writes == cut.afterWrites {
            length = min(length, cut.bytes)
            isOff = true
        }
        writes += 1
        for index in 0..<length { bytes[address + index] = record.byte(at: index) ?? 0 }
        if isOff { throw StorageError() }
    }
}

struct MemoryStorage: JournalStorage {
    let memory: Memory
    var pageSize: Int { memory.pageSize }

    mutating func read(at address: Int) throws(StorageError) -> JournalBytes {
        guard !memory.isOff else { throw StorageError() }
        var bytes = JournalBytes()
        for index in 0..<32 { bytes.append(memory.bytes[address + index]) }
        return bytes
    }

    mutating func write(_ bytes: JournalBytes, at address: Int) throws(StorageError) {
        try memory.write(bytes, at: address)
    }
}
