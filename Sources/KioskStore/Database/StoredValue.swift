import GRDBSQLite

/// A value on its way into a statement, bound as it is: nothing wraps or boxes it before.
enum StoredValue {
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    case null

    init(_ value: Int64?) { self = value.map(Self.integer) ?? .null }
    init(_ value: Int) { self = .integer(Int64(value)) }
    init(_ value: String?) { self = value.map(Self.text) ?? .null }
    init(_ value: [UInt8]?) { self = value.map(Self.blob) ?? .null }

    /// Returns SQLite's result code. SQLite copies texts and bytes.
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch self {
        case .integer(let value): return sqlite3_bind_int64(statement, index, value)
        case .text(var text):
            return text.withUTF8 { bytes in
                // Of an empty text the address is nil, which SQLite would take for NULL.
                guard let start = bytes.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, copied) }
                return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    sqlite3_bind_text(statement, index, $0, CInt(clamping: bytes.count), copied)
                }
            }
        case .blob(let bytes):
            return bytes.withUnsafeBytes { raw in
                guard let start = raw.baseAddress, !raw.isEmpty else {
                    return sqlite3_bind_zeroblob(statement, index, 0)
                }
                return sqlite3_bind_blob(statement, index, start, CInt(clamping: raw.count), copied)
            }
        case .null: return sqlite3_bind_null(statement, index)
        }
    }
}
