import Foundation
import GRDB
import KioskModel

extension [UInt8] {
    /// As SQLite's BLOB.
    var data: Data { Data(self) }
}

extension Row {
    func bytes(_ column: String) throws -> [UInt8] { Array(try decode(Data.self, forColumn: column)) }

    /// The row's four columns of a stamp.
    func stamp() throws -> Stamp {
        Stamp(
            boot: try decode(forColumn: "boot"),
            monotonic: UInt64(clamping: try decode(Int64.self, forColumn: "monotonic")),
            wall: try decode(forColumn: "wall"),
            quality: ClockQuality(rawValue: try decode(forColumn: "quality")) ?? .untrusted)
    }
}
