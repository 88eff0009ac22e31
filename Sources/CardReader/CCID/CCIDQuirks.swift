/// What certain readers do differently, as data; each row names its source.
struct CCIDQuirk: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// Its firmware needs long before it answers for the first time: waits are ten times as long.
        case slowFirstStatus
        /// Its descriptor claims APDU exchange, but it exchanges TPDUs: refused as any other TPDU reader.
        case claimsAPDU
    }

    let vendorID: UInt16
    let productID: UInt16
    let kind: Kind

    static let table = [
        // Omnikey CardMan 3121 variant: "announces APDU but is in fact TPDU" (LudovicRousseau/CCID, src/ccid.c).
        CCIDQuirk(vendorID: 0x076B, productID: 0x3022, kind: .claimsAPDU),
        // CL1356D: "the firmware needs some time to initialize", 60 s read time-out (LudovicRousseau/CCID, src/ccid.c).
        CCIDQuirk(vendorID: 0x0B81, productID: 0x0200, kind: .slowFirstStatus),
    ]

    static func kinds(vendorID: UInt16, productID: UInt16) -> Set<Kind> {
        Set(table.filter { $0.vendorID == vendorID && $0.productID == productID }.map(\.kind))
    }
}
