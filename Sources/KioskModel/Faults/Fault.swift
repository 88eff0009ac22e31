/// One occurrence of a trouble from the fault table, with what is known about this occurrence.
///
/// `detail` never carries a person's name, number or medicine: it may be logged and sent.
public struct Fault: Error, Codable, Sendable, Hashable {
    public let code: FaultCode
    /// What was seen, in English, for the technician: a status word, a file and line, a port.
    public let detail: String
    /// The role or port path of the device concerned, if one is.
    public let device: String?

    public init(_ code: FaultCode, _ detail: String = "", device: String? = nil) {
        self.code = code
        self.detail = detail
        self.device = device
    }
}

extension Fault: CustomStringConvertible {
    public var description: String {
        let place = device.map { " [\($0)]" } ?? ""
        let more = detail.isEmpty ? "" : ": \(detail)"
        return "\(code.rawValue)\(place) \(code.entry.en)\(more)"
    }
}

/// How much a fault takes away from the kiosk.
public enum FaultSeverity: String, Codable, Sendable, Hashable {
    /// Nothing is taken away yet.
    case warning
    /// One step or one device is out of service.
    case fault
    /// A person must look before the kiosk goes on.
    case needsPerson
}

/// A row of the fault table: words and next step in Chinese and English.
public struct FaultEntry: Sendable, Hashable {
    public let severity: FaultSeverity
    public let zh: String
    public let en: String
    public let nextStepZh: String
    public let nextStepEn: String
    /// Whether the same request may succeed when it is sent again unchanged.
    public let retryable: Bool

    init(
        _ severity: FaultSeverity, _ zh: String, _ en: String, next nextStepZh: String, _ nextStepEn: String,
        retryable: Bool = false
    ) {
        self.severity = severity
        self.zh = zh
        self.en = en
        self.nextStepZh = nextStepZh
        self.nextStepEn = nextStepEn
        self.retryable = retryable
    }
}
