/// When a camera's exposure and white balance are held, and let go again: while somebody looks, once they have settled.
///
/// Faces are compared between pictures: these should differ by the face alone. What a camera makes of the change to
/// manual settings differs: most keep what they had, some take what was last set by hand. So the picture's brightness
/// before and after is compared. It knows numbers, not pictures.
struct AutomaticsHold {
    /// What is to be done to the camera now.
    enum Act: Equatable { case nothing, hold, release }

    private enum State { case free, proving(before: Double, since: Int), held, unfit }

    /// How long a camera that was opened takes to settle.
    static let settling = Duration.seconds(1)
    /// Pictures that were on their way when the settings changed.
    static let underWay = 4

    private let opened: ContinuousClock.Instant
    private var state = State.free

    init(opened: ContinuousClock.Instant) { self.opened = opened }

    /// Whether the brightness of the picture that is looked at, the `pictures`-th since the opening, is asked for.
    func needsBrightness(of pictures: Int, at now: ContinuousClock.Instant) -> Bool {
        switch state {
        case .free: now - opened >= Self.settling
        case .proving(_, let since): pictures - since >= Self.underWay
        case .held, .unfit: false
        }
    }

    /// Takes that brightness, a mean grey of 0–255.
    mutating func note(brightness: Double, of pictures: Int) -> Act {
        switch state {
        case .free:
            state = .proving(before: brightness, since: pictures)
            return .hold
        case .proving(let before, _):
            // A quarter; 8 where the picture is dark.
            let isAlike = abs(before - brightness) <= max(8, 0.25 * max(before, brightness))
            // Another try would flicker in every scan.
            state = isAlike ? .held : .unfit
            return isAlike ? .nothing : .release
        case .held, .unfit: return .nothing
        }
    }

    /// Nobody looks any more: the light may change until somebody does.
    mutating func end() -> Act {
        switch state {
        case .free, .unfit: return .nothing
        case .proving, .held:
            state = .free
            return .release
        }
    }
}
