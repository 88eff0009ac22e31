import DispenserKit

/// The Ed25519 public key of whoever may sign this controller's images.
///
/// As it stands, the laboratory's. A product puts its own key here before its first image is built; the private half
/// never comes near this repository.
enum UpdateKey {
    static var bytes: FixedBytes<32> { LaboratoryKey.publicKey }

    static var isLaboratory: Bool { bytes == LaboratoryKey.publicKey }
}
