/// How often a doctor's face was refused in a row, and what may be tried next.
///
/// Five refusals close the face for 30 s; one more closes it until the PIN was entered. Once refused, a scan that saw
/// nobody counts as well: who was refused does not reach the PIN by covering the camera. It is kept per doctor and
/// over restarts. A restart also ends the session, and a session begins with card and PIN.
public struct FaceLadder: Codable, Sendable, Hashable {
    /// Refusals in a row.
    public private(set) var refusals: Int
    /// The last one of them.
    public private(set) var refused: Stamp?
    /// When the PIN last took the face's place.
    public private(set) var pinEntered: Stamp?

    public static let mostRefusals = 5
    /// Seconds.
    public static let lockTime = 30.0
    /// Seconds after the last PIN in which the face may stand for it.
    public static let longestWithoutPIN = 48.0 * 3600

    public init() { refusals = 0 }

    /// Throws `faceLocked` where card and PIN are needed now; `session` is when the doctor signed in by PIN.
    public func check(at now: Stamp, session: Stamp) throws(Fault) {
        guard refusals <= Self.mostRefusals else {
            throw Fault(.faceLocked, "\(refusals) refusals in a row: until the PIN is entered", device: "camera")
        }
        if refusals == Self.mostRefusals, let refused {
            let passed = Self.seconds(from: refused, to: now)
            guard passed >= Self.lockTime else {
                throw Fault(.faceLocked, "\(refusals) refusals in a row: for \(Int(Self.lockTime)) s", device: "camera")
            }
        }
        let sinceSession = Self.seconds(from: session, to: now)
        let sincePIN = pinEntered.map { Self.seconds(from: $0, to: now) } ?? sinceSession
        guard min(sinceSession, sincePIN) <= Self.longestWithoutPIN else {
            throw Fault(.faceLocked, "48 h without the PIN", device: "camera")
        }
    }

    public mutating func noteRefusal(at now: Stamp) {
        refusals = min(refusals + 1, Self.mostRefusals + 1)
        refused = now
    }

    /// Whether an end without a verdict is a refusal: whoever was refused before can bring about that nobody is seen.
    public func counts(_ end: FaultCode) -> Bool { refusals > 0 && (end == .faceNotSeen || end == .faceTimeout) }

    public mutating func noteVerified() { refusals = 0 }

    public mutating func notePIN(at now: Stamp) {
        refusals = 0
        pinEntered = now
    }

    /// By the clock that can't be set where it still runs; a wall clock that was set back counts as no time.
    private static func seconds(from earlier: Stamp, to now: Stamp) -> Double {
        if earlier.boot == now.boot {
            return now.monotonic >= earlier.monotonic ? Double(now.monotonic - earlier.monotonic) / 1e9 : 0
        }
        return max(0, (Double(now.wall) - Double(earlier.wall)) / 1000)
    }
}
