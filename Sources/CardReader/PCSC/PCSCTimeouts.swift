/// How long a call of libpcsclite may take: it has no limits of its own, and pcscd may hang.
struct PCSCTimeouts: Sendable, Hashable {
    /// What needs no card: finding readers, slot status, powering off.
    var call: Duration = .seconds(5)
    /// Powering a card: drivers try several voltages.
    var powerOn: Duration = .seconds(10)
    /// One APDU with all its time extensions.
    var transfer: Duration = .seconds(60)
}
