/// The stand-in's traits as they stand.
struct PlatformTraits: Sendable {
    var takesBatches = true
    var takesGzip = true
    var poison: String?
    var breaksOn: String?
    var refusesSimulated = false

    mutating func set(_ trait: PlatformTrait) {
        switch trait {
        case .batches(let takes): takesBatches = takes
        case .gzip(let takes): takesGzip = takes
        case .poison(let text): poison = text
        case .breaksOn(let text): breaksOn = text
        }
    }
}
