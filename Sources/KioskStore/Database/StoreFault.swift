import Foundation
import GRDB
import KioskModel

extension Fault {
    /// The one place where errors of SQLite and GRDB become faults.
    ///
    /// Only codes and SQLite's own words are kept: a statement's values never reach a fault.
    init(store error: any Error) {
        switch error {
        case let fault as Fault: self = fault
        case let error as DatabaseError: self.init(Self.code(of: error), Self.words(of: error))
        case is CancellationError: self.init(.storeWriteFailed, "cancelled")
        case is RowDecodingError: self.init(.storeDamaged, "a row has a value of the wrong type")
        default: self.init(.internalError, "\(type(of: error))")
        }
    }

    private static func code(of error: DatabaseError) -> FaultCode {
        switch error.extendedResultCode {
        case .SQLITE_IOERR_SHMSIZE: return .storeDiskFull
        case .SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_CORRUPTFS: return .storeDamaged
        default: break
        }
        switch error.resultCode {
        case .SQLITE_FULL: return .storeDiskFull
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: return .storeDamaged
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_MISUSE: return .storeOpenFailed
        case .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_NOMEM,
            .SQLITE_INTERRUPT,
            .SQLITE_ABORT, .SQLITE_NOLFS:
            return .storeWriteFailed
        default: return .internalError
        }
    }

    private static func words(of error: DatabaseError) -> String {
        "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? error.resultCode.description)"
    }
}
