import KioskModel

/// What kioskd asks of the face service.
public enum VisionRequest: Sendable, Hashable {
    case status
    case verify(FaceScanRequest)
    case capture(count: Int, timeLimit: Double)
    /// How well the camera sees; compares nobody.
    case look(timeLimit: Double)
    /// A scan will come soon.
    case warm

    /// Whether prompts may come before the answer.
    var isPrompted: Bool {
        switch self {
        case .verify, .capture: true
        case .status, .look, .warm: false
        }
    }
}

/// What the face service answers: any number of prompts up to `VisionLimits.prompts` while a scan goes on, then one
/// answer.
public enum VisionReply: Sendable, Hashable {
    case status(DeviceStatus)
    /// What the person before the camera should do now.
    case prompt(Prompt)
    case evidence(FaceEvidence)
    case templates([FaceTemplate])
    case quality(FaceQuality)
    case warming
    case fault(Fault)
}

extension VisionRequest: Codable {
    private enum Key: String, CodingKey { case version, type, body }
    private enum Kind: String, Codable { case status, verify, capture, look, warm }
    private struct Capture: Codable {
        let count: Int
        let timeLimit: Double
    }
    private struct Look: Codable { let timeLimit: Double }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        try checkVersion(container.decode(Int.self, forKey: .version))
        switch try container.decode(Kind.self, forKey: .type) {
        case .status: self = .status
        case .verify: self = try .verify(container.decode(FaceScanRequest.self, forKey: .body))
        case .capture:
            let body = try container.decode(Capture.self, forKey: .body)
            self = .capture(count: body.count, timeLimit: body.timeLimit)
        case .look: self = .look(timeLimit: try container.decode(Look.self, forKey: .body).timeLimit)
        case .warm: self = .warm
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(VisionLimits.version, forKey: .version)
        switch self {
        case .status: try container.encode(Kind.status, forKey: .type)
        case .verify(let request):
            try container.encode(Kind.verify, forKey: .type)
            try container.encode(request, forKey: .body)
        case .capture(let count, let timeLimit):
            try container.encode(Kind.capture, forKey: .type)
            try container.encode(Capture(count: count, timeLimit: timeLimit), forKey: .body)
        case .look(let timeLimit):
            try container.encode(Kind.look, forKey: .type)
            try container.encode(Look(timeLimit: timeLimit), forKey: .body)
        case .warm: try container.encode(Kind.warm, forKey: .type)
        }
    }
}

extension VisionReply: Codable {
    private enum Key: String, CodingKey { case version, type, body }
    private enum Kind: String, Codable { case status, prompt, evidence, templates, quality, warming, fault }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        try checkVersion(container.decode(Int.self, forKey: .version))
        switch try container.decode(Kind.self, forKey: .type) {
        case .status: self = try .status(container.decode(DeviceStatus.self, forKey: .body))
        case .prompt: self = try .prompt(container.decode(Prompt.self, forKey: .body))
        case .evidence: self = try .evidence(container.decode(FaceEvidence.self, forKey: .body))
        case .templates: self = try .templates(container.decode([FaceTemplate].self, forKey: .body))
        case .quality: self = try .quality(container.decode(FaceQuality.self, forKey: .body))
        case .warming: self = .warming
        case .fault: self = try .fault(container.decode(Fault.self, forKey: .body))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(VisionLimits.version, forKey: .version)
        switch self {
        case .status(let status):
            try container.encode(Kind.status, forKey: .type)
            try container.encode(status, forKey: .body)
        case .prompt(let prompt):
            try container.encode(Kind.prompt, forKey: .type)
            try container.encode(prompt, forKey: .body)
        case .evidence(let evidence):
            try container.encode(Kind.evidence, forKey: .type)
            try container.encode(evidence, forKey: .body)
        case .templates(let templates):
            try container.encode(Kind.templates, forKey: .type)
            try container.encode(templates, forKey: .body)
        case .quality(let quality):
            try container.encode(Kind.quality, forKey: .type)
            try container.encode(quality, forKey: .body)
        case .warming: try container.encode(Kind.warming, forKey: .type)
        case .fault(let fault):
            try container.encode(Kind.fault, forKey: .type)
            try container.encode(fault, forKey: .body)
        }
    }
}

private func checkVersion(_ version: Int) throws(Fault) {
    guard version == VisionLimits.version else {
        throw Fault(.apiMalformed, "protocol version \(version), not \(VisionLimits.version)")
    }
}
