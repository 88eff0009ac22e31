import KioskModel

/// One stored value with what the store knows of it.
public struct Record<Value: Sendable>: Sendable {
    public let kind: RecordKind
    public let id: String
    public let visit: VisitID?
    /// The state as it was given with the value; stored in clear, to search by.
    public let state: String
    /// 1 for the first write, one more for each that followed.
    public let revision: Int
    public let value: Value
}

extension Record: Equatable where Value: Equatable {}

/// The answer to a search: what opened, and one fault for each row that did not.
///
/// A damaged row never hides the others and is never left out in silence.
public struct RecordPage<Value: Sendable>: Sendable {
    /// Newest first, by the order of first writing.
    public let records: [Record<Value>]
    /// `storeDamaged`, with the row's kind and id.
    public let damaged: [Fault]
    /// Ids of those whose patient's key was destroyed; nothing is wrong with them.
    public let erased: [String]
}
