import KioskStore

/// Several transactions in one request: a FHIR `batch` whose entries are the queued bundles, byte for byte.
///
/// Entries of a batch are independent of each other (R4, http.html#transaction), so each consultation stays one
/// transaction that is taken whole or not at all. R4 leaves open whether a server takes bundles inside a batch;
/// the sender finds that out (docs/decisions/0013).
enum BatchBundle {
    private static let open = Array(#"{"resourceType":"Bundle","type":"batch","entry":["#.utf8)
    private static let close = Array("]}".utf8)

    static func bytes(_ items: [OutboxItem]) -> [UInt8] {
        var bytes = open
        bytes.reserveCapacity(items.reduce(64) { $0 + $1.body.count + 160 })
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += Array("{\"fullUrl\":\"urn:uuid:\(item.id)\",\"resource\":".utf8)
            bytes += item.body
            // Relative to the base that the batch itself is posted to.
            bytes += Array(#","request":{"method":"POST","url":"./"}}"#.utf8)
        }
        return bytes + close
    }
}
