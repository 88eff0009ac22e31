import KioskCrypto
import KioskModel
import Prescribing

/// A doctor who signed in with card and PIN.
struct DoctorSession: Sendable {
    let doctor: DoctorRecord
    let certificate: CardCertificate
    let custody: KeyCustody
    let since: Stamp
}

/// What the audit keeps of a sign-in or sign-out.
struct SessionRecord: Codable, Sendable {
    let doctor: DoctorID
    let custody: KeyCustody
    let since: Stamp
    var until: Stamp?
}
