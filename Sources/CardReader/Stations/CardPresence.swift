import KioskModel

/// What the watch knows of reader and card, and the events that a change of it makes.
struct CardPresence: Sendable {
    private var lost: Fault?
    private var ready = false
    private var present = false

    var isPresent: Bool { present }

    /// The events that tell a newcomer how things stand.
    var current: [CardEvent] {
        if let lost { return [.readerLost(lost)] }
        guard ready else { return [] }
        return present ? [.readerReady(hasCard: true), .inserted] : [.readerReady(hasCard: false)]
    }

    /// `replaced`: the card that is present may be another one than before.
    mutating func found(present now: Bool, replaced: Bool) -> [CardEvent] {
        var events: [CardEvent] = []
        if !ready { events.append(.readerReady(hasCard: now)) }
        if present, !now || replaced { events.append(.removed) }
        if now, !present || replaced { events.append(.inserted) }
        (lost, ready, present) = (nil, true, now)
        return events
    }

    /// With its reader a card is gone as well, and what comes back may be another one.
    mutating func lost(_ fault: Fault) -> [CardEvent] {
        var events: [CardEvent] = present ? [.removed] : []
        // Each further attempt meets the same loss.
        if lost == nil { events.append(.readerLost(fault)) }
        (lost, ready, present) = (fault, false, false)
        return events
    }
}
