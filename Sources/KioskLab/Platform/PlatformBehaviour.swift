/// How the stand-in treats a transaction.
public enum PlatformBehaviour: Sendable, Hashable {
    /// Does what a good platform does.
    case accept
    /// Answers with this status and an OperationOutcome; nothing is stored.
    case refuse(status: Int)
    /// Answers 200, but one entry has failed with this status; nothing is stored.
    case failEntry(Int, status: Int = 422)
    /// Stores everything and answers for other resources.
    case wrongIDs
    /// Stores everything and breaks off in the middle of the answer.
    case cut
    /// Waits before it does anything.
    case slow(Duration)
    /// Answers 429 with Retry-After.
    case busy(seconds: Int)
    /// Answers 200 with something that is no FHIR.
    case babble
    /// Answers this status as a proxy would: HTML, no OperationOutcome.
    case proxy(status: Int)

    /// In plain words: `accept`, `refuse 422`, `fail entry 1`, `wrong ids`, `cut`, `slow 5`, `busy 3`, `babble`, `proxy 404`.
    public init?(words: String) {
        let parts = words.split(separator: " ").map(String.init)
        let number = parts.last.flatMap { Int($0) }
        switch (parts.dropLast(number == nil ? 0 : 1).joined(separator: " "), number) {
        case ("accept", nil): self = .accept
        case ("refuse", let status?) where (400..<600).contains(status): self = .refuse(status: status)
        case ("fail entry", let index?) where index >= 0: self = .failEntry(index)
        case ("wrong ids", nil): self = .wrongIDs
        case ("cut", nil): self = .cut
        case ("slow", let seconds?) where (0...600).contains(seconds): self = .slow(.seconds(seconds))
        case ("busy", let seconds?) where (0...86_400).contains(seconds): self = .busy(seconds: seconds)
        case ("babble", nil): self = .babble
        case ("proxy", let status?) where (200..<600).contains(status): self = .proxy(status: status)
        default: return nil
        }
    }
}
